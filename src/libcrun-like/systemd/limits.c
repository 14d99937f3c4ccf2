// SPDX-License-Identifier: Apache-2.0
/* limits.c - limits as systemd calls them (systemd.resource-control(5)); what it has no name for is
 * written directly alone. */
#include "systemd/systemd.h"

#include "base/cleanup.h"
#include "systemd/words.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { PERIOD_USEC = 100000, CPU_COUNT_MAX = 8192, VALUE_MAX = 4096 };
static const char unlimited[] = "18446744073709551615";

/* One limit: what it is among, and its value as text. */
struct limit {
    const struct cgroup_writes *writes;
    const struct cgroup *cg; /* NULL: nothing is written yet */
    const char *property, *text, *where;
};

typedef int converter(struct buf *request, const struct limit *l, struct err *e);

/* "max" and "-1" are no limit. */
static int add_number(struct buf *request, const struct limit *l, struct err *e)
{
    const char *text = l->text;

    if (!strncmp(text, "default ", 8)) /* io.weight */
        text += 8;
    if (!strcmp(text, "max") || !strcmp(text, "-1"))
        text = unlimited;
    if (text[strspn(text, "0123456789")] == '\0')
        words_add_property(request, l->property, "t", text);
    return e ? 0 : -EINVAL;
}

/* The product of quota and a second may have more than 64 bits; a rest is less than the period,
 * which the kernel takes up to a second. */
static uint64_t in_a_second(uint64_t quota, uint64_t period)
{
    enum { SECOND_USEC = 1000000 };

    return period ? quota / period * SECOND_USEC + quota % period * SECOND_USEC / period : 0;
}

static void add_quota(struct buf *request, const char *quota, uint64_t period)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRIu64, in_a_second(strtoull(quota, NULL, 10), period));
    words_add_property(request, "CPUQuotaPerSecUSec", "t",
                       *quota == 'm' || *quota == '-' ? unlimited : text);
}

/* "QUOTA PERIOD" */
static int add_cpu_max(struct buf *request, const struct limit *l, struct err *e)
{
    const char *space = strchr(l->text, ' ');
    char text[24];

    if (!space)
        return e ? 0 : -EINVAL;
    snprintf(text, sizeof text, "%" PRIu64, (uint64_t)strtoull(space, NULL, 10));
    add_quota(request, l->text, strtoull(space, NULL, 10));
    words_add_property(request, "CPUQuotaPeriodUSec", "t", text);
    return 0;
}

static const char *value_of(const struct limit *l, const struct cgroup_write *w, char *room);

static int add_v1_quota(struct buf *request, const struct limit *l, struct err *e)
{
    uint64_t period = PERIOD_USEC;
    char room[VALUE_MAX];

    for (size_t i = 0; i < l->writes->count; i++)
        if (!strcmp(l->writes->items[i].file, "cpu.cfs_period_us"))
            period = strtoull(value_of(l, &l->writes->items[i], room), NULL, 10);
    add_quota(request, l->text, period);
    return e ? 0 : -EINVAL;
}

/* "0-3,7" as bits, the lowest first. */
static int add_set(struct buf *request, const struct limit *l, struct err *e)
{
    unsigned char bits[CPU_COUNT_MAX / 8] = { 0 };
    unsigned long first, last = 0, highest = 0;
    char *at = (char *)(uintptr_t)l->text;

    while (*at) {
        first = last = strtoul(at, &at, 10);
        if (*at == '-')
            last = strtoul(at + 1, &at, 10);
        if (last >= CPU_COUNT_MAX || last < first || (*at && *at != ','))
            return err_set(e, ERR_INVALID, "%s: '%s' is no list of CPUs or nodes", l->where,
                           l->text);
        for (; first <= last; first++)
            bits[first / 8] |= (unsigned char)(1U << first % 8);
        highest = last > highest ? last : highest;
        at += *at == ',';
    }
    words_begin_property(request, l->property, "ay", *l->text ? highest / 8 + 1 : 0);
    for (unsigned long i = 0; *l->text && i <= highest / 8; i++)
        words_add_number(request, bits[i]);
    return 0;
}

static const struct row {
    const char *file, *property;
    converter *convert;
} rows[] = {
    { "memory.max", "MemoryMax", add_number },
    { "memory.high", "MemoryHigh", add_number },
    { "memory.low", "MemoryLow", add_number },
    { "memory.min", "MemoryMin", add_number },
    { "memory.swap.max", "MemorySwapMax", add_number },
    { "memory.limit_in_bytes", "MemoryLimit", add_number },
    { "cpu.weight", "CPUWeight", add_number },
    { "cpu.max", NULL, add_cpu_max },
    { "cpu.shares", "CPUShares", add_number },
    { "cpu.cfs_period_us", "CPUQuotaPeriodUSec", add_number },
    { "cpu.cfs_quota_us", NULL, add_v1_quota },
    { "cpuset.cpus", "AllowedCPUs", add_set },
    { "cpuset.mems", "AllowedMemoryNodes", add_set },
    { "io.weight", "IOWeight", add_number },
    { "blkio.weight", "BlockIOWeight", add_number },
    { "pids.max", "TasksMax", add_number },
};

/* What the kernel has made of it, where it is written already. */
static const char *value_of(const struct limit *l, const struct cgroup_write *w, char *room)
{
    return l->cg && cgroup_read(l->cg, w->hierarchy, w->file, room, VALUE_MAX) >= 0 ? room
                                                                                    : w->value;
}

/* cpuset has properties for v2 alone. */
static const struct row *find_row(const char *file, bool v2)
{
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        if (!strcmp(rows[i].file, file))
            return rows[i].convert == add_set && !v2 ? NULL : &rows[i];
    return NULL;
}

int systemd_add_limits(struct buf *request, const struct cgroup_writes *writes,
                       const struct cgroup *cg, bool written, struct err *e)
{
    char room[VALUE_MAX];

    for (size_t i = 0; i < writes->count; i++) {
        const struct cgroup_write *w = &writes->items[i];
        const struct row *row = find_row(w->file, cg->v2[w->hierarchy]);
        struct limit l = { writes, written ? cg : NULL, NULL, NULL, w->where };

        if (!row)
            continue;
        l.property = row->property;
        l.text = value_of(&l, w, room);
        TRY(row->convert(request, &l, e));
    }
    return 0;
}
