// SPDX-License-Identifier: Apache-2.0
/* test_arena.c - memory that is zeroed, aligned and freed all at once. */
#include "base/arena.h"

#include "base/cleanup.h"
#include "test.h"

#include <stdalign.h>
#include <stdint.h>

TEST(an_empty_arena_can_be_done_twice)
{
    struct arena a = { 0 };

    arena_done(&a);
    EXPECT(arena_new(&a, 1, int) != NULL);
    arena_done(&a);
    arena_done(&a);
    EXPECT(a.head == NULL);
}

TEST(memory_is_zeroed_aligned_and_apart)
{
    static const size_t sizes[] = { 1, 3, 8, 17, 100, 5000, 8192, 8193, 100000, 1 };
    auto_arena a = { 0 };

    for (size_t round = 0; round < 20; round++)
        for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
            unsigned char *p = arena_alloc(&a, sizes[i], 1);
            size_t sum = 0;

            if (!p) {
                EXPECT(p != NULL);
                return;
            }
            EXPECT((uintptr_t)p % alignof(max_align_t) == 0);
            for (size_t k = 0; k < sizes[i]; k++)
                sum += p[k];
            /* Not zero if this piece were part of one given out before. */
            EXPECT(sum == 0);
            memset(p, 0xff, sizes[i]);
        }
}

TEST(too_much_is_refused_not_wrapped)
{
    auto_arena a = { 0 };

    EXPECT(arena_alloc(&a, SIZE_MAX, 2) == NULL);
    EXPECT(arena_alloc(&a, SIZE_MAX / 2 + 1, 2) == NULL);
    EXPECT(arena_alloc(&a, SIZE_MAX, 1) == NULL);
    EXPECT(arena_alloc(&a, 0, 0) != NULL);
}

TEST(text_is_copied)
{
    auto_arena a = { 0 };
    char text[] = "abc";
    char *copy = arena_strdup(&a, text), *part = arena_memdup(&a, text, 2);

    text[0] = 'x';
    EXPECT_STR(copy, "abc");
    EXPECT_STR(part, "ab");
    EXPECT_STR(arena_printf(&a, "%s[%d]", "mounts", 3), "mounts[3]");
    EXPECT_STR(arena_memdup(&a, "", 0), "");
}

TEST_MAIN()
