// SPDX-License-Identifier: Apache-2.0
/*
 * test.h - a TAP harness of one screen.
 *
 *     TEST(says_what_is_expected) { EXPECT(1 + 1 == 2); EXPECT_STR(text, "x"); }
 *     TEST_MAIN()
 *
 * A failed expectation is reported with its line and the test goes on; the program exits 1. A test
 * that can't be made here says why in test_skipped.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct test {
    const char *name;
    void (*run)(void);
    struct test *next;
};

static struct test *test_first, **test_last = &test_first;
static bool test_failed;
static const char *test_skipped;

#define TEST(id)                                                                                   \
    static void test_##id(void);                                                                   \
    __attribute__((constructor)) static void test_register_##id(void)                              \
    {                                                                                              \
        static struct test t = { #id, test_##id, NULL };                                           \
        *test_last = &t;                                                                           \
        test_last = &t.next;                                                                       \
    }                                                                                              \
    static void test_##id(void)

#define EXPECT(cond)                                                                               \
    do {                                                                                           \
        if (!(cond)) {                                                                             \
            printf("# %s:%d: not true: %s\n", __FILE__, __LINE__, #cond);                          \
            test_failed = true;                                                                    \
        }                                                                                          \
    } while (0)

#define EXPECT_STR(got, want)                                                                      \
    do {                                                                                           \
        const char *got_ = (got), *want_ = (want);                                                 \
        if (!got_ || !want_ ? got_ != want_ : strcmp(got_, want_) != 0) {                          \
            printf("# %s:%d: got \"%s\", want \"%s\"\n", __FILE__, __LINE__,                       \
                   got_ ? got_ : "(null)", want_ ? want_ : "(null)");                              \
            test_failed = true;                                                                    \
        }                                                                                          \
    } while (0)

static int test_run_all(void)
{
    int number = 0, failures = 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    for (struct test *t = test_first; t; t = t->next) {
        test_failed = false;
        test_skipped = NULL;
        t->run();
        printf("%sok %d - %s%s%s\n", test_failed ? "not " : "", ++number, t->name,
               test_skipped ? " # SKIP " : "", test_skipped ? test_skipped : "");
        failures += test_failed;
    }
    printf("1..%d\n", number);
    return failures != 0;
}

#define TEST_MAIN()                                                                                \
    int main(void)                                                                                 \
    {                                                                                              \
        return test_run_all();                                                                     \
    }
