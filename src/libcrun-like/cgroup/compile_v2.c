// SPDX-License-Identifier: Apache-2.0
/* compile_v2.c - memory and cpu limits in the words of cgroup v2; what has no such words is
 * refused. */
#include "cgroup/layout.h"

static int memory_swap(struct compilation *c, struct err *e)
{
    struct spec_opt_i64 swap = c->resources->memory.swap, limit = c->resources->memory.limit;
    const char *where = "linux.resources.memory.swap";

    if (cgroup_frees_swap(c->resources))
        return cgroup_compile_add(c, "memory.swap.max", "max", where, e);
    if (!cgroup_is_set(swap))
        return 0;
    if (swap.value > 0) {
        /* Configured is memory and swap together; the kernel's number is swap alone. */
        if (!cgroup_is_set(limit))
            return err_set(e, ERR_INVALID, "%s needs linux.resources.memory.limit", where);
        if (limit.value < 0 || swap.value < limit.value)
            return err_set(e, ERR_INVALID, "%s %lld is below linux.resources.memory.limit", where,
                           (long long)swap.value);
        swap.value -= limit.value;
    }
    TRY(cgroup_compile_add(c, "memory.swap.max", cgroup_compile_number(c, swap.value, "max"), where,
                           e));
    if (c->resources->memory.check_before_update)
        cgroup_compile_last(c)->usage = "memory.swap.current";
    return 0;
}

/* Hierarchical accounting is how v2 always works, so useHierarchy needs nothing. */
static int refuse_memory(const struct spec_resources *r, struct err *e)
{
    if (r->memory.swappiness.has)
        return err_set(e, ERR_UNSUPPORTED,
                       "linux.resources.memory.swappiness: cgroup v2 has no swappiness");
    if (r->memory.disable_oom_killer)
        return err_set(e, ERR_UNSUPPORTED,
                       "linux.resources.memory.disableOOMKiller: cgroup v2 cannot disable it");
    if (r->memory.kernel.has && r->memory.kernel.value > 0)
        return err_set(e, ERR_UNSUPPORTED,
                       "linux.resources.memory.kernel: cgroup v2 has no limit of its own for it");
    if (r->memory.kernel_tcp.has && r->memory.kernel_tcp.value > 0)
        return err_set(e, ERR_UNSUPPORTED,
                       "linux.resources.memory.kernelTCP: cgroup v2 has no limit of its own for "
                       "it");
    return 0;
}

int cgroup_memory_v2(struct compilation *c, struct err *e)
{
    const struct spec_resources *r = c->resources;
    bool check = r->memory.check_before_update;

    TRY(refuse_memory(r, e));
    if (cgroup_is_set(r->memory.limit)) {
        TRY(cgroup_compile_add(c, "memory.max",
                               cgroup_compile_number(c, r->memory.limit.value, "max"),
                               "linux.resources.memory.limit", e));
        /* cgroup v1 looks by itself; v2 would kill to get below the limit. */
        cgroup_compile_last(c)->usage = check ? "memory.current" : NULL;
    }
    TRY(memory_swap(c, e));
    if (cgroup_is_set(r->memory.reservation))
        TRY(cgroup_compile_add(c, "memory.low",
                               cgroup_compile_number(c, r->memory.reservation.value, "max"),
                               "linux.resources.memory.reservation", e));
    return 0;
}

/* log2 of shares, digit by digit: libm would be one more library to load at every start. */
static double log2_of(uint64_t shares)
{
    int whole = 63 - __builtin_clzll(shares);
    double mantissa = (double)shares / (double)(1ULL << whole), result = whole, digit = 0.5;

    for (int i = 0; i < 52; i++, digit /= 2) {
        mantissa *= mantissa;
        if (mantissa >= 2) {
            mantissa /= 2;
            result += digit;
        }
    }
    return result;
}

/* 10 to the power of x, for 0 <= x < 5, by the series of e^y for the part below a power of two. */
static double power_of_ten(double x)
{
    double bits = x * 3.32192809488736234787, y, term = 1, sum = 1;
    unsigned whole = (unsigned)bits;

    y = (bits - whole) * 0.69314718055994530942;
    for (int i = 1; i < 24; i++) {
        term *= y / i;
        sum += term;
    }
    return sum * (double)(1U << whole);
}

/* The curve that runc, crun and systemd settled on: a quadratic in log2(shares) through the two
 * ranges' ends (2 to 1, 262144 to 10000) and defaults (1024 to 100), rounded up. */
uint64_t cgroup_cpu_weight(uint64_t shares)
{
    double log, weight;
    uint64_t whole;

    if (shares <= 2)
        return 1;
    if (shares >= 262144)
        return 10000;
    log = log2_of(shares);
    weight = power_of_ten((log * log + 125 * log) / 612.0 - 7.0 / 34.0);
    /* A rounding error must not lift an exact 100 to 101. */
    whole = (uint64_t)(weight - 1e-9);
    return whole + 1;
}

/* One of the two alone: the kernel keeps the period that is not named, but not the quota. */
static int change_cpu_max(struct compilation *c, struct err *e)
{
    struct spec_opt_i64 quota = c->resources->cpu.quota;
    unsigned long long period = c->resources->cpu.period.value;

    if (cgroup_is_set(quota))
        return cgroup_compile_add(c, "cpu.max", cgroup_compile_number(c, quota.value, "max"),
                                  "linux.resources.cpu.quota", e);
    TRY(cgroup_compile_add(c, "cpu.max", arena_printf(c->arena, "%llu", period),
                           "linux.resources.cpu.period", e));
    cgroup_compile_last(c)->behind_first = true;
    return 0;
}

/* cpu.max is "QUOTA PERIOD" in microseconds; the kernel's own period is 100 ms. */
static int cpu_max(struct compilation *c, struct err *e)
{
    struct spec_opt_i64 quota = c->resources->cpu.quota;
    struct spec_opt_u64 period = c->resources->cpu.period;
    unsigned long long micros = cgroup_is_set_u(period) ? period.value : 100000;
    const char *where =
        cgroup_is_set(quota) ? "linux.resources.cpu.quota" : "linux.resources.cpu.period";

    if (!cgroup_is_set(quota) && !cgroup_is_set_u(period))
        return 0;
    if (c->resources->changes && !(cgroup_is_set(quota) && cgroup_is_set_u(period)))
        return change_cpu_max(c, e);
    if (!cgroup_is_set(quota) || quota.value < 0)
        return cgroup_compile_add(c, "cpu.max", arena_printf(c->arena, "max %llu", micros), where,
                                  e);
    return cgroup_compile_add(c, "cpu.max",
                              arena_printf(c->arena, "%lld %llu", (long long)quota.value, micros),
                              where, e);
}

int cgroup_cpu_v2(struct compilation *c, struct err *e)
{
    const struct spec_resources *r = c->resources;

    if (cgroup_is_set(r->cpu.realtime_runtime))
        return err_set(e, ERR_UNSUPPORTED,
                       "linux.resources.cpu.realtimeRuntime: cgroup v2 has no realtime limit");
    if (cgroup_is_set_u(r->cpu.realtime_period))
        return err_set(e, ERR_UNSUPPORTED,
                       "linux.resources.cpu.realtimePeriod: cgroup v2 has no realtime limit");
    if (cgroup_is_set_u(r->cpu.shares))
        TRY(cgroup_compile_add(
            c, "cpu.weight",
            cgroup_compile_number(c, (int64_t)cgroup_cpu_weight(r->cpu.shares.value), NULL),
            "linux.resources.cpu.shares", e));
    /* After the weight: an idle cgroup has none to set. */
    TRY(cgroup_cpu_idle(c, e));
    TRY(cpu_max(c, e));
    /* After the quota, which may not be below it. */
    return cgroup_cpu_burst(c, "cpu.max.burst", e);
}
