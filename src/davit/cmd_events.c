// SPDX-License-Identifier: Apache-2.0
/* cmd_events.c - davit events. */
#include "davit/cli.h"
#include "davit/error.h"

#include "base/cleanup.h"
#include "base/err.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

enum { INTERVAL_MS = 5000 };

static const struct option events_options[] = {
    TEXT(NULL, "interval", "TIME", interval,
         "time between two statistics, like 500ms or 1m30s (default: 5s)"),
    SWITCH(NULL, "stats", stats, "print the statistics once and exit"),
    { 0 },
};

static int refuse(const char *text, struct davit_error *e)
{
    return error_set(e, DAVIT_ERROR_INVALID,
                     "invalid value '%s' for '--interval' (a time above 0, like 500ms or 1m30s)",
                     text);
}

/* Nanoseconds of the unit that text begins with; 0: none. */
static double unit_of(const char *text, size_t len)
{
    static const struct {
        const char *name;
        double ns;
    } units[] = {
        { "ns", 1 },  { "us", 1e3 }, { "\u00b5s", 1e3 }, { "ms", 1e6 },
        { "s", 1e9 }, { "m", 6e10 }, { "h", 3.6e12 },
    };

    for (size_t i = 0; i < ARRAY_SIZE(units); i++)
        if (strlen(units[i].name) == len && !memcmp(units[i].name, text, len))
            return units[i].ns;
    return 0;
}

/* As Go writes durations: numbers with units, one behind the other. Rounded up to milliseconds. */
static int parse_interval(const char *text, unsigned *ret_ms, struct davit_error *e)
{
    static const char digits[] = "0123456789";
    double ns = 0;

    for (const char *p = text; *p;) {
        size_t number = strspn(p, digits), unit;
        double value = 0;

        for (; strspn(p, digits); p++)
            value = value * 10 + (*p - '0');
        if (*p == '.') {
            double place = 0.1;

            for (p++; strspn(p, digits); p++, number++, place /= 10)
                value += place * (*p - '0');
        }
        unit = strcspn(p, "0123456789.");
        if (number == 0 || unit_of(p, unit) == 0)
            return refuse(text, e);
        ns += value * unit_of(p, unit);
        p += unit;
    }
    if (ns <= 0 || ns / 1e6 > INT_MAX)
        return refuse(text, e);
    *ret_ms = (unsigned)((ns + 999999) / 1e6);
    return 0;
}

/* data: the error that tells more than the library can of its caller. */
static int print(void *data, const char *json)
{
    return output_text(json, data);
}

static int print_stats(struct cli *cli, struct davit_error *e)
{
    auto_free char *json = NULL;

    TRY(davit_stats(cli->context, cli->values.args[0], &json, e));
    return output_text(json, e);
}

static int events_run(struct cli *cli, struct davit_error *e)
{
    const struct option_values *v = &cli->values;
    struct davit_error failure = { 0 };
    struct davit_events_options options = {
        .size = sizeof options, .interval_ms = INTERVAL_MS, .event = print, .data = &failure
    };
    int rc;

    if (v->interval)
        TRY(parse_interval(v->interval, &options.interval_ms, e));
    if (v->stats)
        return print_stats(cli, e);
    rc = davit_events(cli->context, v->args[0], &options, e);
    if (failure.code)
        *e = failure;
    return rc;
}

const struct cli_command cmd_events = {
    .name = "events",
    .args = "ID",
    .summary = "print what a container uses and when it runs out of memory",
    .options = events_options,
    .min_args = 1,
    .max_args = 1,
    .run = events_run,
};
