// SPDX-License-Identifier: Apache-2.0
/* quantity.c - sizes and times as people read and write them. */
#include "lade/report/quantity.h"

#include "base/cleanup.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

void quantity_bytes(uint64_t bytes, char ret[QUANTITY_TEXT_SIZE])
{
    static const char *const units[] = { "kB", "MB", "GB", "TB", "PB", "EB" };
    double n = (double)bytes / 1000;
    size_t unit = 0;

    if (bytes < 1000) {
        snprintf(ret, QUANTITY_TEXT_SIZE, "%u B", (unsigned)bytes);
        return;
    }
    for (; n >= 999.95 && unit + 1 < ARRAY_SIZE(units); unit++)
        n /= 1000;
    snprintf(ret, QUANTITY_TEXT_SIZE, "%.1f %s", n, units[unit]);
}

void quantity_age(int64_t then, int64_t now, char ret[QUANTITY_TEXT_SIZE])
{
    static const struct {
        int64_t seconds;
        const char *name;
    } units[] = { { 31557600, "year" }, { 2629800, "month" }, { 604800, "week" }, { 86400, "day" },
                  { 3600, "hour" },     { 60, "minute" },     { 1, "second" } };
    int64_t age = now - then;

    if (then <= 0) {
        snprintf(ret, QUANTITY_TEXT_SIZE, "-");
        return;
    }
    if (age < 1)
        age = 1; /* clocks differ */
    for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
        long long n = age / units[i].seconds;

        if (n == 0)
            continue;
        snprintf(ret, QUANTITY_TEXT_SIZE, "%lld %s%s", n, units[i].name, n == 1 ? "" : "s");
        return;
    }
}

/* The offset from UTC behind a time, in seconds; -1 when it is none (no place has that). */
static int64_t read_offset(const char *text)
{
    int hours, minutes, used = 0;

    if (strcmp(text, "Z") == 0 || strcmp(text, "z") == 0)
        return 0;
    if (text[0] != '+' && text[0] != '-')
        return -1;
    if (sscanf(text + 1, "%2d:%2d%n", &hours, &minutes, &used) != 2 || text[1 + used])
        return -1;
    return (text[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
}

int64_t quantity_time(const char *text)
{
    struct tm tm = { 0 };
    const char *rest = text ? strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;
    int64_t offset, time;

    if (!rest)
        return 0;
    if (*rest == '.')
        rest += 1 + strspn(rest + 1, "0123456789");
    offset = read_offset(rest);
    time = offset == -1 ? 0 : timegm(&tm) - offset;
    return time < 0 ? 0 : time;
}

void quantity_timestamp(int64_t time, char ret[QUANTITY_TEXT_SIZE])
{
    time_t t = (time_t)time;
    struct tm tm;

    ret[0] = '\0';
    if (gmtime_r(&t, &tm))
        strftime(ret, QUANTITY_TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

struct unit {
    const char *name;
    uint64_t factor;
};

static int parse(const char *text, const struct unit *units, size_t n, const char *option,
                 const char *wanted, uint64_t *ret, struct err *e)
{
    size_t digits = strspn(text, "0123456789");
    uint64_t value = 0;

    for (size_t i = 0; i < digits && digits <= 18; i++)
        value = value * 10 + (uint64_t)(text[i] - '0');
    for (size_t i = 0; i < n && digits && digits <= 18; i++)
        if (strcmp(text + digits, units[i].name) == 0 &&
            !__builtin_mul_overflow(value, units[i].factor, ret))
            return 0;
    return err_set(e, ERR_INVALID, "invalid value '%.*s' for '%s' (%s)", 80, text, option, wanted);
}

int quantity_parse_duration(const char *text, const char *option, uint64_t *ret, struct err *e)
{
    static const struct unit units[] = { { "", 1 },        { "s", 1 },     { "m", 60 },
                                         { "h", 60 * 60 }, { "d", 86400 }, { "w", 604800 } };

    return parse(text, units, ARRAY_SIZE(units), option, "a number and s, m, h, d or w", ret, e);
}

int quantity_parse_size(const char *text, const char *option, uint64_t *ret, struct err *e)
{
    static const struct unit units[] = {
        { "", 1 },
        { "k", 1000 },
        { "kB", 1000 },
        { "M", 1000000 },
        { "MB", 1000000 },
        { "G", 1000000000 },
        { "GB", 1000000000 },
        { "T", 1000000000000 },
        { "Ki", 1ULL << 10 },
        { "Mi", 1ULL << 20 },
        { "Gi", 1ULL << 30 },
        { "Ti", 1ULL << 40 },
    };

    return parse(text, units, ARRAY_SIZE(units), option, "a number and k, M, G, Ki, Mi or Gi", ret,
                 e);
}
