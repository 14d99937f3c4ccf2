// SPDX-License-Identifier: Apache-2.0
/* test_signal.c - signals by name and number. */
#include "test.h"

#include "container/container.h"

#include "base/cleanup.h"

TEST(names_and_numbers_are_signals)
{
    static const struct {
        const char *text;
        int number;
    } rows[] = {
        { "TERM", 15 },        { "SIGTERM", 15 }, { "sigkill", 9 },
        { "15", 15 },          { "0", 0 },        { "64", 64 },
        { "STKFLT", 16 },      { "POLL", 29 },    { "RTMIN", 34 },
        { "SIGRTMIN", 34 },    { "RTMAX", 64 },   { "RTMIN+3", 37 },
        { "SIGRTMIN+15", 49 }, { "rtmax-1", 63 }, { "RTMAX-30", 34 },
        { "RTMIN+30", 64 },
    };
    struct err e = { 0 };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        if (signal_parse(rows[i].text, &e) != rows[i].number) {
            printf("# %s\n", rows[i].text);
            EXPECT(signal_parse(rows[i].text, &e) == rows[i].number);
        }
}

/* What leads out of the range of the one kind is not a signal of the other. */
TEST(anything_else_is_refused_and_named)
{
    static const char *const rows[] = {
        "",        "SIG",    "65",       "100",      "-1",       " 9",       "9 ",      "TERMx",
        "RTMIN-1", "RTMIN+", "RTMIN+31", "RTMAX-31", "RTMAX-40", "RTMAX-99", "RTMAX+1",
    };
    char want[64];

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct err e = { 0 };

        snprintf(want, sizeof want, "unknown signal '%s'", rows[i]);
        EXPECT(signal_parse(rows[i], &e) == -22);
        EXPECT_STR(e.text, want);
    }
}

TEST_MAIN()
