// SPDX-License-Identifier: Apache-2.0
/* test_quantity.c - sizes and times, written and read. */
#include "test.h"

#include "lade/report/quantity.h"

static char text[QUANTITY_TEXT_SIZE];
static struct err e;

static const char *bytes(uint64_t n)
{
    quantity_bytes(n, text);
    return text;
}

static const char *age(int64_t seconds)
{
    quantity_age(2000000000 - seconds, 2000000000, text);
    return text;
}

TEST(writes_sizes)
{
    EXPECT_STR(bytes(0), "0 B");
    EXPECT_STR(bytes(999), "999 B");
    EXPECT_STR(bytes(1000), "1.0 kB");
    EXPECT_STR(bytes(999949), "999.9 kB");
    EXPECT_STR(bytes(999999), "1.0 MB");
    EXPECT_STR(bytes(25300000), "25.3 MB");
    EXPECT_STR(bytes(UINT64_MAX), "18.4 EB");
}

TEST(writes_ages)
{
    EXPECT_STR(age(0), "1 second");
    EXPECT_STR(age(-50), "1 second");
    EXPECT_STR(age(59), "59 seconds");
    EXPECT_STR(age(60), "1 minute");
    EXPECT_STR(age(3 * 86400), "3 days");
    EXPECT_STR(age(15 * 86400), "2 weeks");
    EXPECT_STR(age(800 * 86400), "2 years");
    quantity_age(0, 5, text);
    EXPECT_STR(text, "-");
}

TEST(reads_and_writes_times)
{
    EXPECT(quantity_time("1970-01-01T00:00:10Z") == 10);
    EXPECT(quantity_time("2026-11-25T01:10:04.123456789Z") == 1795569004);
    EXPECT(quantity_time("2026-11-25T02:10:04+01:00") == 1795569004);
    EXPECT(quantity_time("2026-11-24T23:40:04-01:30") == 1795569004);
    EXPECT(quantity_time("yesterday") == 0 && quantity_time(NULL) == 0);
    EXPECT(quantity_time("2026-11-25T01:10:04") == 0);
    EXPECT(quantity_time("2026-11-25T01:10:04+1") == 0);
    EXPECT(quantity_time("0001-01-01T00:00:00Z") == 0);
    quantity_timestamp(1795569004, text);
    EXPECT_STR(text, "2026-11-25T01:10:04Z");
}

TEST(reads_durations_and_sizes)
{
    uint64_t n = 0;

    EXPECT(quantity_parse_duration("90", "--x", &n, &e) == 0 && n == 90);
    EXPECT(quantity_parse_duration("15m", "--x", &n, &e) == 0 && n == 900);
    EXPECT(quantity_parse_duration("2w", "--x", &n, &e) == 0 && n == 1209600);
    EXPECT(quantity_parse_duration("", "--x", &n, &e) < 0);
    EXPECT(quantity_parse_duration("-1", "--x", &n, &e) < 0);
    EXPECT(quantity_parse_duration("1y", "--x", &n, &e) < 0);
    EXPECT_STR(e.text, "invalid value '1y' for '--x' (a number and s, m, h, d or w)");
    EXPECT(quantity_parse_size("10k", "--x", &n, &e) == 0 && n == 10000);
    EXPECT(quantity_parse_size("2Gi", "--x", &n, &e) == 0 && n == 2147483648);
    EXPECT(quantity_parse_size("999999999999999999T", "--x", &n, &e) < 0);
    EXPECT(quantity_parse_size("99999999999999999999", "--x", &n, &e) < 0);
}

TEST_MAIN()
