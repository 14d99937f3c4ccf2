// SPDX-License-Identifier: Apache-2.0
/* amount.c - sizes and shares as people write them. */
#include "lade/bundle/amount.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int refuse(const char *option, const char *text, const char *wanted, struct err *e)
{
    return err_set(e, ERR_INVALID, "invalid value '%s' for '%s' (%s)", text, option, wanted);
}

/* The power of 1024 that a unit stands for, or -1. */
static int unit_power(const char *unit)
{
    static const char letters[] = "bkmgt";
    const char *at;

    if (!*unit)
        return 0;
    at = strchr(letters, unit[0] | 0x20);
    if (!at)
        return -1;
    if (unit[1] &&
        (at == letters || (strcasecmp(unit + 1, "b") != 0 && strcasecmp(unit + 1, "ib") != 0)))
        return -1;
    return (int)(at - letters);
}

int amount_bytes(const char *option, const char *text, int64_t *ret, struct err *e)
{
    static const char wanted[] = "a size such as 512m or 2g";
    char *unit;
    long long n;
    int power;

    if (text[0] < '0' || text[0] > '9')
        return refuse(option, text, wanted, e);
    errno = 0;
    n = strtoll(text, &unit, 10);
    power = unit_power(unit);
    if (errno || power < 0 || n > INT64_MAX >> 10 * power)
        return refuse(option, text, wanted, e);
    *ret = (int64_t)n << 10 * power;
    return 0;
}

/* Digits with an optional fraction, in millionths. -1: something else, or too much. */
static int64_t millionths(const char *text)
{
    int64_t n = 0, scale = 1000000;
    int digits = 0;

    for (; *text >= '0' && *text <= '9' && n < INT32_MAX; text++, digits++)
        n = n * 10 + (*text - '0');
    n *= scale;
    if (*text == '.')
        for (text++; *text >= '0' && *text <= '9'; text++, digits++) {
            scale /= 10;
            n += (*text - '0') * scale;
        }
    return *text || !digits ? -1 : n;
}

int amount_cpus(const char *option, const char *text, int64_t *ret_quota, struct err *e)
{
    int64_t n = millionths(text), quota = n / (1000000 / AMOUNT_CPU_PERIOD);

    /* The kernel's least is a millisecond. */
    if (n < 0 || quota < 1000)
        return refuse(option, text, "a number of processors such as 0.5 or 2, at least 0.01", e);
    *ret_quota = quota;
    return 0;
}

int amount_number(const char *option, const char *text, int64_t min, int64_t max, int64_t *ret,
                  struct err *e)
{
    char *end;
    long long n;

    errno = 0;
    n = strtoll(text, &end, 10);
    if (errno || end == text || *end || n < min || n > max)
        return err_set(e, ERR_INVALID, "invalid value '%s' for '%s' (a number from %lld to %lld)",
                       text, option, (long long)min, (long long)max);
    *ret = n;
    return 0;
}
