// SPDX-License-Identifier: Apache-2.0
/* test_limits.c - limits in systemd's words. */
#include "base/cleanup.h"
#include "systemd/words_check.h"
#include "test.h"

static const char *limits(struct cgroup_write *items, size_t count, bool v2, struct buf *request,
                          struct err *e)
{
    struct cgroup cg = { .count = 1, .v2 = { v2 } };
    struct cgroup_writes writes = { .items = items, .count = count };

    *e = (struct err){ 0 };
    return systemd_add_limits(request, &writes, &cg, false, e) < 0 ? e->text : spaced(request);
}

TEST(calls_a_limit_by_systemds_name)
{
    static const struct {
        const char *file, *value, *want;
    } rows[] = {
        { "memory.max", "1048576", "MemoryMax t 1 1048576" },
        { "memory.max", "max", "MemoryMax t 1 18446744073709551615" },
        { "memory.high", "5", "MemoryHigh t 1 5" },
        { "memory.low", "5", "MemoryLow t 1 5" },
        { "memory.min", "5", "MemoryMin t 1 5" },
        { "memory.swap.max", "0", "MemorySwapMax t 1 0" },
        { "memory.oom.group", "1", "" },
        { "cpu.weight", "100", "CPUWeight t 1 100" },
        { "cpu.max", "50000 100000",
          "CPUQuotaPerSecUSec t 1 500000 CPUQuotaPeriodUSec t 1 100000" },
        { "cpu.max", "max 20000",
          "CPUQuotaPerSecUSec t 1 18446744073709551615 CPUQuotaPeriodUSec t 1 20000" },
        { "cpuset.cpus", "0-3,8", "AllowedCPUs ay 2 15 1" },
        { "cpuset.mems", "0", "AllowedMemoryNodes ay 1 1" },
        { "cpuset.cpus", "", "AllowedCPUs ay 0" },
        { "cpuset.cpus", "3-1", "there: '3-1' is no list of CPUs or nodes" },
        { "cpuset.cpus", "0-99999", "there: '0-99999' is no list of CPUs or nodes" },
        { "io.weight", "default 50", "IOWeight t 1 50" },
        { "io.weight", "8:0 50", "" },
        { "io.max", "8:0 rbps=1", "" },
        { "pids.max", "7", "TasksMax t 1 7" },
        { "hugetlb.2MB.max", "0", "" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct cgroup_write w = { .file = rows[i].file, .value = rows[i].value, .where = "there" };
        auto_buf request = { 0 };
        struct err e;

        EXPECT_STR(limits(&w, 1, true, &request, &e), rows[i].want);
    }
}

TEST(takes_the_period_of_v1_from_its_own_file)
{
    struct cgroup_write both[] = { { .file = "cpu.cfs_period_us", .value = "50000" },
                                   { .file = "cpu.cfs_quota_us", .value = "25000" } };
    struct cgroup_write none[] = { { .file = "cpu.cfs_quota_us", .value = "-1" },
                                   { .file = "memory.limit_in_bytes", .value = "-1" },
                                   { .file = "cpuset.cpus", .value = "0" } };
    auto_buf request = { 0 }, second = { 0 };
    struct err e;

    EXPECT_STR(limits(both, 2, false, &request, &e),
               "CPUQuotaPeriodUSec t 1 50000 CPUQuotaPerSecUSec t 1 500000");
    EXPECT_STR(limits(none, 3, false, &second, &e),
               "CPUQuotaPerSecUSec t 1 18446744073709551615 MemoryLimit t 1 18446744073709551615");
}

TEST_MAIN()
