// SPDX-License-Identifier: Apache-2.0
/* stats_cpu.c - CPU time that was used and denied, and the CPUs that may be used. */
#include "cgroup/stats.h"

#include "base/cleanup.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

enum { NS_PER_US = 1000, CPUS_MAX = 65536 };

/* Numbers of one column, as an array; first: how many lines to skip. */
static void add_column(struct stats *s, const char *name, const char *text, unsigned column)
{
    bool first = true;

    if (!text)
        return;
    stats_name(s, name);
    buf_puts(s->out, "[");
    for (const char *line = strchr(text, '\n'); line && line[1]; line = strchr(line, '\n')) {
        const char *p = ++line;

        for (unsigned i = 0; i < column; i++) {
            p += strcspn(p, " \n");
            p += *p == ' ';
        }
        buf_printf(s->out, "%s%" PRIu64, first ? "" : ",", (uint64_t)strtoull(p, NULL, 10));
        first = false;
    }
    buf_puts(s->out, "]");
}

/* "5 7 9 " */
static void add_row(struct stats *s, const char *name, const char *text)
{
    char *end;

    if (!text)
        return;
    stats_name(s, name);
    for (const char *p = text, *before = "[";; p = end, before = ",") {
        uint64_t n = strtoull(p, &end, 10);

        if (end == p) {
            buf_puts(s->out, p == text ? "[]" : "]");
            return;
        }
        buf_printf(s->out, "%s%" PRIu64, before, n);
    }
}

static void add_usage_v1(struct stats *s, int dir)
{
    auto_free char *stat = stats_text(dir, "cpuacct.stat");
    auto_free char *row = stats_text(dir, "cpuacct.usage_percpu");
    auto_free char *columns = stats_text(dir, "cpuacct.usage_all");
    uint64_t tick = UINT64_C(1000000000) / (uint64_t)sysconf(_SC_CLK_TCK);

    stats_add(s, "total", stats_number(dir, "cpuacct.usage"));
    add_row(s, "percpu", row);
    add_column(s, "percpu_user", columns, 1);
    add_column(s, "percpu_kernel", columns, 2);
    stats_add(s, "kernel", stats_value(stat, "system") * tick);
    stats_add(s, "user", stats_value(stat, "user") * tick);
}

static void add_throttling(struct stats *s, const char *stat, const char *time, uint64_t unit)
{
    stats_begin(s, "throttling");
    stats_add(s, "periods", stats_value(stat, "nr_periods"));
    stats_add(s, "throttledPeriods", stats_value(stat, "nr_throttled"));
    stats_add(s, "throttledTime", stats_value(stat, time) * unit);
    stats_end(s);
}

static void add_v1(struct stats *s, int accounting)
{
    bool v2 = false;
    auto_fd dir = stats_open(s, "cpu", NULL, &v2);
    auto_free char *stat = stats_text(dir, "cpu.stat");

    stats_begin(s, "usage");
    add_usage_v1(s, accounting);
    stats_end(s);
    add_throttling(s, stat, "throttled_time", 1);
}

/* A v2 tree counts the time used also without the cpu controller. */
static void add_v2(struct stats *s, int dir)
{
    auto_free char *stat = stats_text(dir, "cpu.stat");

    stats_begin(s, "usage");
    stats_add(s, "total", stats_value(stat, "usage_usec") * NS_PER_US);
    stats_add(s, "kernel", stats_value(stat, "system_usec") * NS_PER_US);
    stats_add(s, "user", stats_value(stat, "user_usec") * NS_PER_US);
    stats_end(s);
    add_throttling(s, stat, "throttled_usec", NS_PER_US);
}

void stats_cpu(struct stats *s)
{
    bool v2 = false;
    auto_fd accounting = stats_open(s, "cpuacct", NULL, &v2), tree = -1;

    stats_begin(s, "cpu");
    if (accounting >= 0) {
        add_v1(s, accounting);
    } else {
        tree = stats_open_v2(s);
        add_v2(s, tree);
    }
    stats_pressure(s, "cpu.pressure");
    stats_end(s);
}

/* "0-2,5" as [0,1,2,5] */
static void add_list(struct stats *s, int dir, const char *name, const char *file)
{
    auto_free char *text = stats_text(dir, file);
    const char *before = "";
    char *end;

    if (!text)
        return;
    stats_name(s, name);
    buf_puts(s->out, "[");
    for (const char *p = text; *p >= '0' && *p <= '9'; p = end + (*end == ',')) {
        unsigned long from = strtoul(p, &end, 10),
                      to = *end == '-' ? strtoul(end + 1, &end, 10) : from;

        for (; from <= to && to < CPUS_MAX; from++, before = ",")
            buf_printf(s->out, "%s%lu", before, from);
    }
    buf_puts(s->out, "]");
}

void stats_cpuset(struct stats *s)
{
    static const char *const switches[] = {
        "cpu_exclusive",      "mem_hardwall",       "mem_exclusive",
        "memory_migrate",     "memory_spread_page", "memory_pressure",
        "memory_spread_slab", "sched_load_balance", "sched_relax_domain_level",
    };
    bool v2 = false;
    auto_fd dir = stats_open(s, "cpuset", "cpuset", &v2);
    char file[64];

    stats_begin(s, "cpuset");
    add_list(s, dir, "cpus", "cpuset.cpus");
    add_list(s, dir, "mems", "cpuset.mems");
    for (size_t i = 0; dir >= 0 && !v2 && i < ARRAY_SIZE(switches); i++) {
        snprintf(file, sizeof file, "cpuset.%s", switches[i]);
        stats_name(s, switches[i]);
        buf_printf(s->out, "%lld", (long long)stats_number(dir, file)); /* -1 is a level, too */
    }
    stats_end(s);
}
