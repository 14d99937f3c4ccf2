// SPDX-License-Identifier: Apache-2.0
/* test_compile.c - memory, cpu and pids limits as each kind of host spells them. */
#include "base/cleanup.h"
#include "cgroup/layout.h"
#include "compiled.h"
#include "test.h"

TEST(spells_memory_limits)
{
    static const struct row rows[] = {
        { ON_V2, { 0 }, "" },
        { ON_V1, { 0 }, "" },
        { ON_V2, { .memory = { .limit = I64(1000) } }, "memory.max=1000;" },
        { ON_V1, { .memory = { .limit = I64(1000) } }, "memory.limit_in_bytes=1000;" },
        { ON_HYBRID, { .memory = { .limit = I64(1000) } }, "memory.limit_in_bytes=1000;" },
        { ON_V2, { .memory = { .limit = I64(-1) } }, "memory.max=max;" },
        { ON_V1, { .memory = { .limit = I64(-1) } }, "memory.limit_in_bytes=-1;" },
        { ON_V2,
          { .memory = { .limit = I64(1000), .swap = I64(1500), .reservation = I64(700) } },
          "memory.max=1000;memory.swap.max=500;memory.low=700;" },
        { ON_V1,
          { .memory = { .limit = I64(1000), .swap = I64(1500), .reservation = I64(700) } },
          "memory.limit_in_bytes=1000;memory.memsw.limit_in_bytes=1500;"
          "memory.soft_limit_in_bytes=700;" },
        { ON_V2,
          { .memory = { .limit = I64(1000), .swap = I64(1000) } },
          "memory.max=1000;memory.swap.max=0;" },
        { ON_V2, { .memory = { .swap = I64(-1) } }, "memory.swap.max=max;" },
        { ON_V1, { .memory = { .swap = I64(-1) } }, "memory.memsw.limit_in_bytes=-1;" },
        { ON_V1, { .memory = { .swappiness = I64(0) } }, "memory.swappiness=0;" },
        { ON_V1, { .memory = { .swappiness = I64(100) } }, "memory.swappiness=100;" },
        { ON_V1, { .memory = { .disable_oom_killer = true } }, "memory.oom_control=1;" },
    };

    check(rows, ARRAY_SIZE(rows));
}

TEST(spells_cpu_limits)
{
    static const struct row rows[] = {
        { ON_V2, { .cpu = { .shares = I64(1024) } }, "cpu.weight=100;" },
        { ON_V1, { .cpu = { .shares = I64(1024) } }, "cpu.shares=1024;" },
        { ON_V2, { .cpu = { .quota = I64(50000) } }, "cpu.max=50000 100000;" },
        { ON_V2, { .cpu = { .quota = I64(50000), .period = I64(20000) } }, "cpu.max=50000 20000;" },
        { ON_V2, { .cpu = { .period = I64(20000) } }, "cpu.max=max 20000;" },
        { ON_V2, { .cpu = { .quota = I64(-1) } }, "cpu.max=max 100000;" },
        { ON_V1,
          { .cpu = { .quota = I64(50000), .period = I64(20000) } },
          "cpu.cfs_period_us=20000;cpu.cfs_quota_us=50000;" },
        { ON_V1, { .cpu = { .quota = I64(-1) } }, "cpu.cfs_quota_us=-1;" },
        { ON_V1,
          { .cpu = { .realtime_runtime = I64(950000), .realtime_period = I64(1000000) } },
          "cpu.rt_period_us=1000000;cpu.rt_runtime_us=950000;" },
    };

    check(rows, ARRAY_SIZE(rows));
}

TEST(takes_engines_zeros_for_nothing_said)
{
    static const struct spec_resources zeros = {
        .memory = { .limit = I64(0),
                    .reservation = I64(0),
                    .swap = I64(0),
                    .kernel = I64(0),
                    .kernel_tcp = I64(-1),
                    .check_before_update = true },
        .cpu = { .shares = I64(0),
                 .quota = I64(0),
                 .period = I64(0),
                 .burst = I64(0),
                 .realtime_runtime = I64(0),
                 .realtime_period = I64(0) },
        .block_io = { .weight = I64(0), .leaf_weight = I64(0) },
    };
    const struct row rows[] = { { ON_V2, zeros, "" },
                                { ON_V1, zeros, "" },
                                { ON_NOTHING, zeros, "" } };

    check(rows, ARRAY_SIZE(rows));
}

TEST(takes_a_pids_limit_of_zero_seriously)
{
    static const struct row rows[] = {
        { ON_V2, { .pids_limit = I64(0) }, "pids.max=0;" },
        { ON_V1, { .pids_limit = I64(100) }, "pids.max=100;" },
        { ON_V2, { .pids_limit = I64(-1) }, "pids.max=max;" },
        { ON_HYBRID, { .pids_limit = I64(7) }, "pids.max=7;" },
    };

    check(rows, ARRAY_SIZE(rows));
}

TEST(refuses_what_the_host_cannot_hold)
{
    static const struct row rows[] = {
        { ON_NOTHING,
          { .memory = { .limit = I64(1) } },
          "linux.resources.memory.limit: this host has no memory controller" },
        { ON_NOTHING,
          { .memory = { .swap = I64(-1) } },
          "linux.resources.memory.swap: this host has no memory controller" },
        { ON_HYBRID,
          { .cpu = { .shares = I64(2) } },
          "linux.resources.cpu.shares: this host has no cpu controller" },
        { ON_HYBRID,
          { .cpu = { .period = I64(2) } },
          "linux.resources.cpu.period: this host has no cpu controller" },
        { ON_NOTHING,
          { .pids_limit = I64(-1) },
          "linux.resources.pids.limit: this host has no pids controller" },
        { ON_V2,
          { .memory = { .swappiness = I64(0) } },
          "linux.resources.memory.swappiness: cgroup v2 has no swappiness" },
        { ON_V2,
          { .memory = { .disable_oom_killer = true } },
          "linux.resources.memory.disableOOMKiller: cgroup v2 cannot disable it" },
        { ON_V2,
          { .cpu = { .realtime_runtime = I64(5) } },
          "linux.resources.cpu.realtimeRuntime: cgroup v2 has no realtime limit" },
        { ON_V2,
          { .cpu = { .realtime_period = I64(5) } },
          "linux.resources.cpu.realtimePeriod: cgroup v2 has no realtime limit" },
    };

    check(rows, ARRAY_SIZE(rows));
}

TEST(refuses_numbers_that_make_no_sense)
{
    static const struct row rows[] = {
        { ON_V1,
          { .memory = { .limit = I64(-2) } },
          "linux.resources.memory.limit -2 must be -1 or more" },
        { ON_V2,
          { .memory = { .swap = I64(-5) } },
          "linux.resources.memory.swap -5 must be -1 or more" },
        { ON_V2,
          { .memory = { .reservation = I64(INT64_MIN) } },
          "linux.resources.memory.reservation -9223372036854775808 must be -1 or more" },
        { ON_V2,
          { .cpu = { .quota = I64(-2) } },
          "linux.resources.cpu.quota -2 must be -1 or more" },
        { ON_V1,
          { .cpu = { .realtime_runtime = I64(-2) } },
          "linux.resources.cpu.realtimeRuntime -2 must be -1 or more" },
        { ON_V1, { .pids_limit = I64(-2) }, "linux.resources.pids.limit -2 must be -1 or more" },
        { ON_V1,
          { .memory = { .swappiness = I64(101) } },
          "linux.resources.memory.swappiness 101 is above 100" },
        { ON_V1,
          { .memory = { .swap = I64(5) } },
          "linux.resources.memory.swap needs linux.resources.memory.limit" },
        { ON_V2,
          { .memory = { .swap = I64(5) } },
          "linux.resources.memory.swap needs linux.resources.memory.limit" },
        { ON_V1,
          { .memory = { .limit = I64(6), .swap = I64(5) } },
          "linux.resources.memory.swap 5 is below linux.resources.memory.limit" },
        { ON_V2,
          { .memory = { .limit = I64(6), .swap = I64(5) } },
          "linux.resources.memory.swap 5 is below linux.resources.memory.limit" },
        { ON_V2,
          { .memory = { .limit = I64(-1), .swap = I64(5) } },
          "linux.resources.memory.swap 5 is below linux.resources.memory.limit" },
    };

    check(rows, ARRAY_SIZE(rows));
}

TEST(keeps_the_weights_that_engines_expect)
{
    static const struct {
        uint64_t shares, weight;
    } rows[] = {
        { 1, 1 },
        { 2, 1 },
        { 3, 2 },
        { 100, 17 },
        { 512, 59 },
        { 1024, 100 },
        { 2048, 174 },
        { 262143, 10000 },
        { 262144, 10000 },
        { 1000000, 10000 },
        { UINT64_MAX, 10000 },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        EXPECT(cgroup_cpu_weight(rows[i].shares) == rows[i].weight);
    for (uint64_t shares = 2; shares <= 262144; shares++)
        if (cgroup_cpu_weight(shares) < cgroup_cpu_weight(shares - 1))
            EXPECT(!"weights fall while shares rise");
}

TEST_MAIN()
