// SPDX-License-Identifier: Apache-2.0
/* test_fmt.c - what fmt() knows it writes as snprintf() does; what it does not know ends the text.
 */
#include "base/fmt.h"

#include "test.h"

#include <limits.h>
#include <stdint.h>
#include <sys/types.h>

/* The same text and the same length at every size of the buffer. */
#define SAME(...)                                                                                  \
    do {                                                                                           \
        char expected_[128], written_[128];                                                        \
        int length_ = snprintf(NULL, 0, __VA_ARGS__);                                              \
                                                                                                   \
        for (size_t size_ = 1; size_ <= (size_t)length_ + 2 && size_ <= sizeof written_;           \
             size_++) {                                                                            \
            memset(written_, '#', sizeof written_);                                                \
            snprintf(expected_, size_, __VA_ARGS__);                                               \
            EXPECT(fmt(written_, size_, __VA_ARGS__) == (size_t)length_);                          \
            EXPECT_STR(written_, expected_);                                                       \
            EXPECT(size_ == sizeof written_ || written_[size_] == '#');                            \
        }                                                                                          \
    } while (0)

TEST(strings_are_as_snprintf_writes_them)
{
    SAME("plain");
    SAME("%s", "");
    SAME("<%s> <%s>", "a", "longer text");
    SAME("%.*s|%.*s|%.*s", 0, "gone", 2, "short", 9, "whole");
    SAME("%.*s", -1, "negative is none");
    SAME("%.2s|%.80s|%.0s|%.s", "cut", "whole", "gone", "gone");
    SAME("%c%c%%%c", 'a', 'b', 'c');
}

TEST(numbers_are_as_snprintf_writes_them)
{
    SAME("%d %d %d %d", 0, -1, INT_MAX, INT_MIN);
    SAME("%i", 42);
    SAME("%u %u", 0u, UINT_MAX);
    SAME("%x %x", 0xdeadbeefu, 0u);
    SAME("%o %o", 0644u, UINT_MAX);
}

TEST(length_modifiers_take_arguments_of_their_size)
{
    SAME("%ld %ld %s", LONG_MIN, LONG_MAX, "next");
    SAME("%lu %lx %lo %s", ULONG_MAX, ULONG_MAX, ULONG_MAX, "next");
    SAME("%lld %lld %s", LLONG_MIN, LLONG_MAX, "next");
    SAME("%llu %llx %llo %s", ULLONG_MAX, ULLONG_MAX, ULLONG_MAX, "next");
    SAME("%zd %zu %zx %s", (ssize_t)-5, SIZE_MAX, SIZE_MAX, "next");
    SAME("%d %lld %d", 1, 1LL << 40, 2);
}

TEST(width_and_zeros_pad_numbers)
{
    SAME("%4d|%4d|%4d", 7, -7, 12345);
    SAME("%04d|%04d|%04d", 7, -7, -12345);
    SAME("%04o|%08x|%020llu", 0644u, 0xffu, 1ULL);
    SAME("%12lld", -1LL);
}

/* Not checked by the compiler, on purpose. */
static size_t unchecked(char *buf, size_t size, const char *format, ...)
{
    va_list args;
    size_t n;

    va_start(args, format);
    n = fmt_v(buf, size, format, args);
    va_end(args);
    return n;
}

TEST(an_unknown_conversion_ends_the_text)
{
    static const struct {
        const char *format, *want;
    } rows[] = {
        { "a %f b %s", "a " }, { "a %p %s", "a " },  { "%-5d %s", "" },     { "n=%hd %s", "n=" },
        { "end %.", "end " },  { "%#x %s", "" },     { "%jd %s", "" },      { "%+d %s", "" },
        { "end %", "end " },   { "end %l", "end " }, { "end %05", "end " },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char exact[16], got[32];

        /* Exactly as long as the format, so that a sanitizer sees a step behind its end. */
        memcpy(exact + sizeof exact - strlen(rows[i].format) - 1, rows[i].format,
               strlen(rows[i].format) + 1);
        EXPECT(unchecked(got, sizeof got, exact + sizeof exact - strlen(rows[i].format) - 1, 1,
                         "never") == strlen(rows[i].want));
        EXPECT_STR(got, rows[i].want);
    }
}

TEST(no_room_at_all_writes_nothing)
{
    char got[] = "untouched";

    EXPECT(fmt(got, 0, "%d", 12345) == 5);
    EXPECT_STR(got, "untouched");
}

TEST(an_absent_string_is_shown_as_such)
{
    char got[16];

    EXPECT(unchecked(got, sizeof got, "<%s>", (char *)NULL) == 8);
    EXPECT_STR(got, "<(null)>");
}

TEST_MAIN()
