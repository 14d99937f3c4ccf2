// SPDX-License-Identifier: Apache-2.0
/* stats_memory.c - memory in use, at most and refused, and the kernel's own account of it. */
#include "cgroup/stats.h"

#include "base/cleanup.h"

#include <string.h>

struct entry {
    uint64_t limit, usage, max, failures;
};

static void add_entry(struct stats *s, const char *name, struct entry entry)
{
    stats_begin(s, name);
    stats_add(s, "limit", entry.limit);
    stats_add(s, "usage", entry.usage);
    stats_add(s, "max", entry.max);
    stats_add(s, "failcnt", entry.failures);
    stats_end(s);
}

static uint64_t number_of(int dir, const char *prefix, const char *what)
{
    char file[64];

    snprintf(file, sizeof file, "%s.%s", prefix, what);
    return stats_number(dir, file);
}

static struct entry read_v1(int dir, const char *prefix)
{
    return (struct entry){
        .limit = number_of(dir, prefix, "limit_in_bytes"),
        .usage = number_of(dir, prefix, "usage_in_bytes"),
        .max = number_of(dir, prefix, "max_usage_in_bytes"),
        .failures = number_of(dir, prefix, "failcnt"),
    };
}

static struct entry read_v2(int dir, const char *prefix)
{
    char file[64];
    auto_free char *events = NULL;

    snprintf(file, sizeof file, "%s.events", prefix);
    events = stats_text(dir, file);
    return (struct entry){
        .limit = number_of(dir, prefix, "max"),
        .usage = number_of(dir, prefix, "current"),
        .max = number_of(dir, prefix, "peak"),
        .failures = stats_value(events, "max"),
    };
}

static void add_raw(struct stats *s, const char *stat)
{
    stats_begin(s, "raw");
    for (const char *line = stat; line && *line; line += strcspn(line, "\n")) {
        char key[64];
        size_t len;

        line += *line == '\n';
        len = strcspn(line, " \n");
        if (line[len] != ' ' || len >= sizeof key)
            continue;
        snprintf(key, sizeof key, "%.*s", (int)len, line);
        stats_add(s, key, strtoull(line + len, NULL, 10));
    }
    stats_end(s);
}

static void add_v1(struct stats *s, int dir, const char *stat)
{
    stats_add(s, "cache", stats_value(stat, "cache"));
    add_entry(s, "usage", read_v1(dir, "memory"));
    add_entry(s, "swap", read_v1(dir, "memory.memsw"));
    add_entry(s, "kernel", read_v1(dir, "memory.kmem"));
    add_entry(s, "kernelTCP", read_v1(dir, "memory.kmem.tcp"));
}

/* "swap" is memory and swap together, as on v1. */
static void add_v2(struct stats *s, int dir, const char *stat)
{
    struct entry memory = read_v2(dir, "memory"), swap = read_v2(dir, "memory.swap");

    if (__builtin_add_overflow(swap.limit, memory.limit, &swap.limit))
        swap.limit = UINT64_MAX;
    swap.usage += memory.usage;
    stats_add(s, "cache", stats_value(stat, "file"));
    add_entry(s, "usage", memory);
    add_entry(s, "swap", swap);
}

void stats_memory(struct stats *s)
{
    bool v2 = false;
    auto_fd dir = stats_open(s, "memory", "memory", &v2);
    auto_free char *stat = stats_text(dir, "memory.stat");

    stats_begin(s, "memory");
    if (dir >= 0) {
        if (v2)
            add_v2(s, dir, stat);
        else
            add_v1(s, dir, stat);
        add_raw(s, stat);
    }
    stats_pressure(s, "memory.pressure");
    stats_end(s);
}
