// SPDX-License-Identifier: Apache-2.0
/* parse_scheduling.c - how the kernel treats a process: scheduler, I/O priority, CPUs, memory nodes
 * and personality. */
#include "config/parse.h"

#include "base/cleanup.h"

#include <linux/ioprio.h>
#include <linux/mempolicy.h>
#include <linux/personality.h>
#include <linux/sched.h>

#ifndef SCHED_ISO
#define SCHED_ISO 4
#endif

enum {
    RT_PRIORITY_MAX = 99,
    DEADLINE_RUNTIME_MIN = 1024, /* nanoseconds; the kernel takes no less */
    WEIGHTED_INTERLEAVE = 6,     /* MPOL_WEIGHTED_INTERLEAVE, Linux 6.9 */
    PREFERRED_MANY = 5,          /* MPOL_PREFERRED_MANY, Linux 5.15 */
    NUMA_BALANCING = 1 << 13,    /* MPOL_F_NUMA_BALANCING, Linux 5.12 */
};

static const struct json_word policies[] = {
    { "SCHED_OTHER", SCHED_NORMAL },
    { "SCHED_FIFO", SCHED_FIFO },
    { "SCHED_RR", SCHED_RR },
    { "SCHED_BATCH", SCHED_BATCH },
    { "SCHED_ISO", SCHED_ISO },
    { "SCHED_IDLE", SCHED_IDLE },
    { "SCHED_DEADLINE", SCHED_DEADLINE },
};

static const struct json_word scheduler_flags[] = {
    { "SCHED_FLAG_RESET_ON_FORK", SCHED_FLAG_RESET_ON_FORK },
    { "SCHED_FLAG_RECLAIM", SCHED_FLAG_RECLAIM },
    { "SCHED_FLAG_DL_OVERRUN", SCHED_FLAG_DL_OVERRUN },
    { "SCHED_FLAG_KEEP_POLICY", SCHED_FLAG_KEEP_POLICY },
    { "SCHED_FLAG_KEEP_PARAMS", SCHED_FLAG_KEEP_PARAMS },
    { "SCHED_FLAG_UTIL_CLAMP_MIN", SCHED_FLAG_UTIL_CLAMP_MIN },
    { "SCHED_FLAG_UTIL_CLAMP_MAX", SCHED_FLAG_UTIL_CLAMP_MAX },
};

static int read_scheduler_flag(const struct json_at *at, void *ret, struct err *e)
{
    int64_t *bit = ret;

    return json_read_word(at, scheduler_flags, ARRAY_SIZE(scheduler_flags), bit, e);
}

/* An array of words, or-ed together. */
static int read_flags(const struct json_at *at, json_reader *read, uint64_t *ret, struct err *e)
{
    void *bits = NULL;
    size_t n = 0;

    TRY(json_read_array(at, sizeof(int64_t), read, &bits, &n, e));
    for (size_t i = 0; i < n; i++)
        *ret |= (uint64_t)((int64_t *)bits)[i];
    return 0;
}

static int read_scheduler_flags(const struct json_at *at, void *ret, struct err *e)
{
    return read_flags(at, read_scheduler_flag, ret, e);
}

static int check_priority(const struct json_at *at, const struct spec_scheduler *s, struct err *e)
{
    const struct json_at here = { .doc = at->doc, .parent = at, .key = "priority" };

    if (s->policy != SCHED_FIFO && s->policy != SCHED_RR)
        return s->priority ? json_error(&here, e, "must be 0 for %s", s->policy_name) : 0;
    if (s->priority < 1 || s->priority > RT_PRIORITY_MAX)
        return json_error(&here, e, "must be between 1 and %d for %s", RT_PRIORITY_MAX,
                          s->policy_name);
    return 0;
}

/* sched(7), "SCHED_DEADLINE": runtime <= deadline <= period, and no period means the deadline. */
static int check_deadline(const struct json_at *at, const struct spec_scheduler *s, struct err *e)
{
    const struct json_at runtime = { .doc = at->doc, .parent = at, .key = "runtime" };
    const struct json_at deadline = { .doc = at->doc, .parent = at, .key = "deadline" };

    if (s->policy != SCHED_DEADLINE) {
        if (s->runtime || s->deadline || s->period)
            return json_error(at, e, "has times, which are for SCHED_DEADLINE, and %s",
                              s->policy_name);
        if (s->flags & (SCHED_FLAG_RECLAIM | SCHED_FLAG_DL_OVERRUN))
            return json_error(at, e, "has flags, which are for SCHED_DEADLINE, and %s",
                              s->policy_name);
        return 0;
    }
    if (s->runtime < DEADLINE_RUNTIME_MIN)
        return json_error(&runtime, e, "must be at least %d nanoseconds", DEADLINE_RUNTIME_MIN);
    if (s->deadline < s->runtime)
        return json_error(&deadline, e, "must not be below runtime");
    if (s->period && s->period < s->deadline)
        return json_error(&deadline, e, "must not be above period");
    return 0;
}

int spec_read_scheduler(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_WORD(struct spec_scheduler, policy, "policy", policies, JSON_REQUIRED),
        FIELD_STRING(struct spec_scheduler, policy_name, "policy", JSON_REQUIRED),
        FIELD_INT(struct spec_scheduler, nice, "nice", -20, 19, 0),
        FIELD_INT(struct spec_scheduler, priority, "priority", INT32_MIN, INT32_MAX, 0),
        FIELD_OTHER(struct spec_scheduler, flags, "flags", read_scheduler_flags, 0),
        FIELD_INT(struct spec_scheduler, runtime, "runtime", 0, INT64_MAX, 0),
        FIELD_INT(struct spec_scheduler, deadline, "deadline", 0, INT64_MAX, 0),
        FIELD_INT(struct spec_scheduler, period, "period", 0, INT64_MAX, 0),
    };
    struct spec_scheduler *s = ret;

    s->has = true;
    TRY(json_read_fields(at, fields, ARRAY_SIZE(fields), s, e));
    TRY(check_priority(at, s, e));
    return check_deadline(at, s, e);
}

int spec_read_io_priority(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_word classes[] = {
        { "IOPRIO_CLASS_RT", IOPRIO_CLASS_RT },
        { "IOPRIO_CLASS_BE", IOPRIO_CLASS_BE },
        { "IOPRIO_CLASS_IDLE", IOPRIO_CLASS_IDLE },
    };
    static const struct json_field fields[] = {
        FIELD_WORD(struct spec_io_priority, class_, "class", classes, JSON_REQUIRED),
        FIELD_INT(struct spec_io_priority, level, "priority", 0, 7, JSON_REQUIRED),
    };
    struct spec_io_priority *p = ret;

    p->has = true;
    return json_read_fields(at, fields, ARRAY_SIZE(fields), p, e);
}

int spec_read_exec_affinity(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_OTHER(struct spec_exec_affinity, initial, "initial", spec_read_numbers, 0),
        FIELD_OTHER(struct spec_exec_affinity, final, "final", spec_read_numbers, 0),
    };

    return json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e);
}

/* config-linux.md, "Personality": no flag is supported. */
static int read_personality_flags(const struct json_at *at, void *ret, struct err *e)
{
    void *flags = NULL;
    size_t n = 0;

    TRY(json_read_array(at, sizeof(char *), json_item_string, &flags, &n, e));
    return n && ret ? json_error(at, e, "must be empty: no flag is supported") : 0;
}

int spec_read_personality(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_word domains[] = { { "LINUX", PER_LINUX },
                                                { "LINUX32", PER_LINUX32 } };
    static const struct json_field fields[] = {
        FIELD_WORD(struct spec_personality, domain, "domain", domains, JSON_REQUIRED),
        FIELD_WHOLE("flags", read_personality_flags, 0),
    };
    struct spec_personality *p = ret;

    p->has = true;
    return json_read_fields(at, fields, ARRAY_SIZE(fields), p, e);
}

static int read_policy_flag(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_word flags[] = {
        { "MPOL_F_NUMA_BALANCING", NUMA_BALANCING },
        { "MPOL_F_RELATIVE_NODES", MPOL_F_RELATIVE_NODES },
        { "MPOL_F_STATIC_NODES", MPOL_F_STATIC_NODES },
    };
    int64_t *bit = ret;

    return json_read_word(at, flags, ARRAY_SIZE(flags), bit, e);
}

static int read_policy_flags(const struct json_at *at, void *ret, struct err *e)
{
    uint32_t *flags = ret;
    uint64_t bits = 0;

    TRY(read_flags(at, read_policy_flag, &bits, e));
    *flags = (uint32_t)bits;
    return 0;
}

/* set_mempolicy(2): which modes want nodes, which want none, and what flags go together. */
static int check_policy(const struct json_at *at, const struct spec_memory_policy *p, struct err *e)
{
    const struct json_at nodes = { .doc = at->doc, .parent = at, .key = "nodes" };
    const struct json_at flags = { .doc = at->doc, .parent = at, .key = "flags" };
    bool none = p->mode == MPOL_DEFAULT || p->mode == MPOL_LOCAL;

    if (none && p->nodes.count)
        return json_error(&nodes, e, "must be empty for %s", p->mode_name);
    if (!none && p->mode != MPOL_PREFERRED && !p->nodes.count)
        return json_error(&nodes, e, "must name a node for %s", p->mode_name);
    if (!p->nodes.count && p->flags)
        return json_error(&flags, e, "must be empty where no node is named");
    if ((p->flags & MPOL_F_STATIC_NODES) && (p->flags & MPOL_F_RELATIVE_NODES))
        return json_error(&flags, e, "has two flags that exclude each other");
    return 0;
}

int spec_read_memory_policy(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_word modes[] = {
        { "MPOL_DEFAULT", MPOL_DEFAULT },       { "MPOL_BIND", MPOL_BIND },
        { "MPOL_INTERLEAVE", MPOL_INTERLEAVE }, { "MPOL_WEIGHTED_INTERLEAVE", WEIGHTED_INTERLEAVE },
        { "MPOL_PREFERRED", MPOL_PREFERRED },   { "MPOL_PREFERRED_MANY", PREFERRED_MANY },
        { "MPOL_LOCAL", MPOL_LOCAL },
    };
    static const struct json_field fields[] = {
        FIELD_WORD(struct spec_memory_policy, mode, "mode", modes, JSON_REQUIRED),
        FIELD_STRING(struct spec_memory_policy, mode_name, "mode", JSON_REQUIRED),
        FIELD_OTHER(struct spec_memory_policy, nodes, "nodes", spec_read_numbers, 0),
        FIELD_OTHER(struct spec_memory_policy, flags, "flags", read_policy_flags, 0),
    };
    struct spec_memory_policy *p = ret;

    p->has = true;
    TRY(json_read_fields(at, fields, ARRAY_SIZE(fields), p, e));
    return check_policy(at, p, e);
}
