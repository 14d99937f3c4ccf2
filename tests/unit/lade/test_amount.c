// SPDX-License-Identifier: Apache-2.0
/* test_amount.c - sizes and shares as people write them. */
#include "lade/bundle/amount.h"

#include "test.h"

TEST(sizes)
{
    static const struct {
        const char *text;
        int64_t bytes; /* -1: refused */
    } rows[] = {
        { "0", 0 },
        { "1", 1 },
        { "7b", 7 },
        { "64k", 65536 },
        { "64K", 65536 },
        { "512m", 536870912 },
        { "2g", 2147483648 },
        { "2GB", 2147483648 },
        { "2GiB", 2147483648 },
        { "1t", 1099511627776 },
        { "", -1 },
        { "m", -1 },
        { "-1", -1 },
        { "+1", -1 },
        { " 1", -1 },
        { "1x", -1 },
        { "1bb", -1 },
        { "1mm", -1 },
        { "1.5g", -1 },
        { "0x10", -1 },
        { "9223372036854775807", INT64_MAX },
        { "9223372036854775808", -1 },
        { "8589934592g", -1 },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t got = -1;
        struct err e;
        int rc = amount_bytes("--memory", rows[i].text, &got, &e);

        if (got != rows[i].bytes || (rc < 0) != (rows[i].bytes < 0))
            EXPECT_STR(rows[i].text, "as in the table");
    }
}

TEST(processors)
{
    static const struct {
        const char *text;
        int64_t quota;
    } rows[] = {
        { "1", 100000 },
        { "1.5", 150000 },
        { "0.01", 1000 },
        { ".5", 50000 },
        { "2.", 200000 },
        { "0", -1 },
        { "0.001", -1 },
        { "", -1 },
        { ".", -1 },
        { "-1", -1 },
        { "1e3", -1 },
        { "1,5", -1 },
        { "99999999999999", -1 },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t got = -1;
        struct err e;
        int rc = amount_cpus("--cpus", rows[i].text, &got, &e);

        if (got != rows[i].quota || (rc < 0) != (rows[i].quota < 0))
            EXPECT_STR(rows[i].text, "as in the table");
    }
}

TEST(numbers_name_their_range)
{
    int64_t n = 0;
    struct err e;

    EXPECT(amount_number("--pids-limit", "-1", -1, 100, &n, &e) == 0 && n == -1);
    EXPECT(amount_number("--pids-limit", "101", -1, 100, &n, &e) < 0);
    EXPECT_STR(e.text, "invalid value '101' for '--pids-limit' (a number from -1 to 100)");
    EXPECT(amount_number("--pids-limit", "", -1, 100, &n, &e) < 0);
    EXPECT(amount_number("--pids-limit", "1 ", -1, 100, &n, &e) < 0);
}

TEST_MAIN()
