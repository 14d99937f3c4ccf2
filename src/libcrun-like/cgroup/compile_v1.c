// SPDX-License-Identifier: Apache-2.0
/* compile_v1.c - memory and cpu limits in the words of cgroup v1. */
#include "cgroup/layout.h"

static int memory_swap(struct compilation *c, struct err *e)
{
    const struct spec_resources *r = c->resources;
    const char *where = "linux.resources.memory.swap";

    if (cgroup_frees_swap(r))
        return cgroup_compile_add(c, "memory.memsw.limit_in_bytes", "-1", where, e);
    if (!cgroup_is_set(r->memory.swap))
        return 0;
    /* The kernel's answer to both would be a bare EINVAL. For changes it may have a limit. */
    if (r->memory.swap.value > 0 && !r->changes && !cgroup_is_set(r->memory.limit))
        return err_set(e, ERR_INVALID, "%s needs linux.resources.memory.limit", where);
    if (r->memory.swap.value > 0 && cgroup_is_set(r->memory.limit) &&
        (r->memory.limit.value < 0 || r->memory.swap.value < r->memory.limit.value))
        return err_set(e, ERR_INVALID, "%s %lld is below linux.resources.memory.limit", where,
                       (long long)r->memory.swap.value);
    return cgroup_compile_add(c, "memory.memsw.limit_in_bytes",
                              cgroup_compile_number(c, r->memory.swap.value, "-1"), where, e);
}

static int memory_swappiness(struct compilation *c, struct err *e)
{
    const struct spec_resources *r = c->resources;
    const char *where = "linux.resources.memory.swappiness";

    if (!r->memory.swappiness.has)
        return 0;
    if (r->memory.swappiness.value > 100)
        return err_set(e, ERR_INVALID, "%s %llu is above 100", where,
                       (unsigned long long)r->memory.swappiness.value);
    return cgroup_compile_add(c, "memory.swappiness",
                              cgroup_compile_number(c, (int64_t)r->memory.swappiness.value, NULL),
                              where, e);
}

/* Kernels of today take these numbers and keep no limit. */
static int memory_kernel(struct compilation *c, const char *file, struct spec_opt_i64 limit,
                         const char *where, struct err *e)
{
    if (!cgroup_is_set(limit))
        return 0;
    TRY(cgroup_compile_add(c, file, cgroup_compile_number(c, limit.value, "-1"), where, e));
    cgroup_compile_last(c)->kept = limit.value > 0;
    cgroup_compile_last(c)->if_there = limit.value < 0;
    return 0;
}

int cgroup_memory_v1(struct compilation *c, struct err *e)
{
    const struct spec_resources *r = c->resources;

    if (r->memory.use_hierarchy) {
        TRY(cgroup_compile_add(c, "memory.use_hierarchy", "1",
                               "linux.resources.memory.useHierarchy", e));
        cgroup_compile_last(c)->if_there = true; /* the file goes when there is no choice left */
    }
    /* memsw may never be below the limit: in a fresh cgroup both are unlimited, so the limit goes
     * first. cgroup_apply() turns the pair round when the kernel says EINVAL. */
    if (cgroup_is_set(r->memory.limit)) {
        TRY(cgroup_compile_add(c, "memory.limit_in_bytes",
                               cgroup_compile_number(c, r->memory.limit.value, "-1"),
                               "linux.resources.memory.limit", e));
        /* The kernel looks, too, but reclaims first; in a fresh cgroup nothing is in use. */
        if (r->changes && r->memory.check_before_update)
            cgroup_compile_last(c)->usage = "memory.usage_in_bytes";
    }
    TRY(memory_swap(c, e));
    if (cgroup_is_set(r->memory.reservation))
        TRY(cgroup_compile_add(c, "memory.soft_limit_in_bytes",
                               cgroup_compile_number(c, r->memory.reservation.value, "-1"),
                               "linux.resources.memory.reservation", e));
    TRY(memory_kernel(c, "memory.kmem.limit_in_bytes", r->memory.kernel,
                      "linux.resources.memory.kernel", e));
    TRY(memory_kernel(c, "memory.kmem.tcp.limit_in_bytes", r->memory.kernel_tcp,
                      "linux.resources.memory.kernelTCP", e));
    TRY(memory_swappiness(c, e));
    if (r->memory.disable_oom_killer)
        TRY(cgroup_compile_add(c, "memory.oom_control", "1",
                               "linux.resources.memory.disableOOMKiller", e));
    return 0;
}

static int unsigned_number(struct compilation *c, const char *file, struct spec_opt_u64 v,
                           const char *where, struct err *e)
{
    if (!cgroup_is_set_u(v))
        return 0;
    return cgroup_compile_add(c, file, arena_printf(c->arena, "%llu", (unsigned long long)v.value),
                              where, e);
}

static int signed_number(struct compilation *c, const char *file, struct spec_opt_i64 v,
                         const char *where, struct err *e)
{
    if (!cgroup_is_set(v))
        return 0;
    return cgroup_compile_add(c, file, cgroup_compile_number(c, v.value, "-1"), where, e);
}

int cgroup_cpu_v1(struct compilation *c, struct err *e)
{
    const struct spec_resources *r = c->resources;

    TRY(unsigned_number(c, "cpu.shares", r->cpu.shares, "linux.resources.cpu.shares", e));
    /* After the shares: an idle cgroup has none to set. */
    TRY(cgroup_cpu_idle(c, e));
    TRY(unsigned_number(c, "cpu.cfs_period_us", r->cpu.period, "linux.resources.cpu.period", e));
    TRY(signed_number(c, "cpu.cfs_quota_us", r->cpu.quota, "linux.resources.cpu.quota", e));
    /* After the quota, which may not be below it. */
    TRY(cgroup_cpu_burst(c, "cpu.cfs_burst_us", e));
    TRY(unsigned_number(c, "cpu.rt_period_us", r->cpu.realtime_period,
                        "linux.resources.cpu.realtimePeriod", e));
    return signed_number(c, "cpu.rt_runtime_us", r->cpu.realtime_runtime,
                         "linux.resources.cpu.realtimeRuntime", e);
}
