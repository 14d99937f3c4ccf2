// SPDX-License-Identifier: Apache-2.0
/* test_areas.c - cpusets, block I/O, huge pages, network, RDMA and unified on each kind of host. */
#include "cgroup/layout.h"
#include "compiled.h"

TEST(spells_the_rest_of_memory)
{
    static const struct row rows[] = {
        { ON_V1, { .memory = { .kernel = I64(4096) } }, "memory.kmem.limit_in_bytes=4096!;" },
        { ON_V1,
          { .memory = { .limit = I64(1), .kernel = I64(-1), .kernel_tcp = I64(7) } },
          "memory.limit_in_bytes=1;memory.kmem.limit_in_bytes=-1?;"
          "memory.kmem.tcp.limit_in_bytes=7!;" },
        { ON_V2,
          { .memory = { .limit = I64(1), .kernel = I64(-1), .kernel_tcp = I64(-1) } },
          "memory.max=1;" },
        { ON_V2,
          { .memory = { .kernel_tcp = I64(1) } },
          "linux.resources.memory.kernelTCP: cgroup v2 has no limit of its own for it" },
        { ON_NOTHING,
          { .memory = { .kernel = I64(1) } },
          "linux.resources.memory.kernel: this host has no memory controller" },
        { ON_V1, { .memory = { .use_hierarchy = true } }, "memory.use_hierarchy=1?;" },
        { ON_V2, { .memory = { .use_hierarchy = true } }, "" },
        { ON_NOTHING,
          { .memory = { .use_hierarchy = true } },
          "linux.resources.memory.useHierarchy: this host has no memory controller" },
        /* v1 looks at the usage itself. */
        { ON_V1,
          { .memory = { .limit = I64(9), .swap = I64(9), .check_before_update = true } },
          "memory.limit_in_bytes=9;memory.memsw.limit_in_bytes=9;" },
        { ON_V2,
          { .memory = { .limit = I64(9), .swap = I64(9), .check_before_update = true } },
          "memory.max=9 above memory.current;memory.swap.max=0 above memory.swap.current;" },
    };

    check(rows, ARRAY_SIZE(rows));
}

TEST(writes_cpu_limits_in_an_order_that_the_kernel_takes)
{
    static const struct row rows[] = {
        { ON_V1,
          { .cpu = { .shares = I64(2), .idle = I64(1), .burst = I64(5), .quota = I64(5) } },
          "cpu.shares=2;cpu.idle=1;cpu.cfs_quota_us=5;cpu.cfs_burst_us=5;" },
        { ON_V2,
          { .cpu = { .shares = I64(2), .idle = I64(1), .burst = I64(5), .quota = I64(5) } },
          "cpu.weight=1;cpu.idle=1;cpu.max=5 100000;cpu.max.burst=5;" },
        { ON_V2,
          { .cpu = { .burst = I64(5), .quota = I64(-1) } },
          "cpu.max=max 100000;"
          "cpu.max.burst=5;" },
        { ON_V1, { .cpu = { .burst = I64(5) } }, "cpu.cfs_burst_us=5;" },
        { ON_V1,
          { .cpu = { .burst = I64(6), .quota = I64(5) } },
          "linux.resources.cpu.burst 6 is above cpu.quota" },
        { ON_HYBRID,
          { .cpu = { .burst = I64(6) } },
          "linux.resources.cpu.burst: this host has no cpu controller" },
        { ON_HYBRID,
          { .cpu = { .idle = I64(1) } },
          "linux.resources.cpu.idle: this host has no cpu controller" },
    };

    check(rows, ARRAY_SIZE(rows));
}

TEST(spells_changes_to_what_stands)
{
    static const struct row rows[] = {
        { ON_V1,
          { .changes = true, .cpu = { .idle = I64(0), .burst = I64(0), .shares = I64(0) } },
          "cpu.idle=0?;cpu.cfs_burst_us=0?;" },
        { ON_V2,
          { .changes = true, .cpu = { .idle = I64(0), .burst = I64(0), .period = I64(0) } },
          "cpu.idle=0?;cpu.max.burst=0?;" },
        { ON_V2, { .cpu = { .idle = I64(0), .burst = I64(0) } }, "" },
        { ON_V1, { .changes = true, .cpu = { .period = I64(5) } }, "cpu.cfs_period_us=5;" },
        { ON_V2, { .changes = true, .cpu = { .period = I64(5) } }, "cpu.max=^5;" },
        { ON_V2, { .changes = true, .cpu = { .quota = I64(7) } }, "cpu.max=7;" },
        { ON_V2, { .changes = true, .cpu = { .quota = I64(-1) } }, "cpu.max=max;" },
        { ON_V2,
          { .changes = true, .cpu = { .quota = I64(7), .period = I64(5) } },
          "cpu.max=7 5;" },
        { ON_V1,
          { .changes = true, .memory = { .swap = I64(9) } },
          "memory.memsw.limit_in_bytes=9;" },
        { ON_V2,
          { .changes = true, .memory = { .swap = I64(9) } },
          "linux.resources.memory.swap needs linux.resources.memory.limit" },
        { ON_V1,
          { .changes = true, .memory = { .limit = I64(8), .swap = I64(7) } },
          "linux.resources.memory.swap 7 is below linux.resources.memory.limit" },
        { ON_V1,
          { .changes = true, .memory = { .limit = I64(-1) } },
          "memory.limit_in_bytes=-1;memory.memsw.limit_in_bytes=-1;" },
        { ON_V2,
          { .changes = true, .memory = { .limit = I64(-1) } },
          "memory.max=max;memory.swap.max=max;" },
        { ON_V1, { .memory = { .limit = I64(-1) } }, "memory.limit_in_bytes=-1;" },
        { ON_V1,
          { .changes = true, .memory = { .limit = I64(8), .check_before_update = true } },
          "memory.limit_in_bytes=8 above memory.usage_in_bytes;" },
    };

    check(rows, ARRAY_SIZE(rows));
}

TEST(spells_cpusets_alike)
{
    static char cpus[] = "0-3,7", mems[] = "0";
    static const struct row rows[] = {
        { ON_V1, { .cpu = { .cpus = cpus, .mems = mems } }, "cpuset.cpus=0-3,7;cpuset.mems=0;" },
        { ON_V2, { .cpu = { .mems = mems } }, "cpuset.mems=0;" },
        { ON_HYBRID,
          { .cpu = { .cpus = cpus } },
          "linux.resources.cpu.cpus: this host has no cpuset controller" },
        { ON_HYBRID,
          { .cpu = { .mems = mems } },
          "linux.resources.cpu.mems: this host has no cpuset controller" },
    };

    check(rows, ARRAY_SIZE(rows));
}

TEST(spells_block_io_weights)
{
    static struct spec_device_weight both[] = { { 8, 16, I64(10), I64(1000) } };
    static struct spec_device_weight zero[] = { { 8, 16, I64(0), I64(0) } };
    static const struct row rows[] = {
        { ON_V1,
          { .block_io = { .weight = I64(500) } },
          "blkio.weight=500 or blkio.bfq.weight=500;" },
        { ON_V2, { .block_io = { .weight = I64(500) } }, "io.bfq.weight=500 or io.weight=4950;" },
        { ON_V1, { .block_io = { .leaf_weight = I64(10) } }, "blkio.leaf_weight=10;" },
        { ON_V1,
          { .block_io = { .device_weights = both, .device_weight_count = 1 } },
          "blkio.weight_device=8:16 10 or blkio.bfq.weight_device=8:16 10;"
          "blkio.leaf_weight_device=8:16 1000;" },
        { ON_V1, { .block_io = { .device_weights = zero, .device_weight_count = 1 } }, "" },
        { ON_V2,
          { .block_io = { .device_weights = both, .device_weight_count = 1 } },
          "linux.resources.blockIO.weightDevice[0]: cgroup v2 has no leaf weight" },
        { ON_V2,
          { .block_io = { .leaf_weight = I64(10) } },
          "linux.resources.blockIO.leafWeight: cgroup v2 has no leaf weight" },
        { ON_HYBRID,
          { .block_io = { .weight = I64(10) } },
          "linux.resources.blockIO.weight: this host has no io controller" },
        { ON_NOTHING,
          { .block_io = { .device_weights = both, .device_weight_count = 1 } },
          "linux.resources.blockIO.weightDevice: this host has no blkio controller" },
    };

    check(rows, ARRAY_SIZE(rows));
    EXPECT(cgroup_io_weight(10) == 1 && cgroup_io_weight(1000) == 10000);
}

#define RATE(kind, n)                                                                              \
    {                                                                                              \
        .block_io = {.throttle[kind] = { (struct spec_device_rate[]){ { 8, 0, n } }, 1 } }         \
    }

TEST(spells_block_io_rates)
{
    const struct row rows[] = {
        { ON_V1, RATE(THROTTLE_READ_BPS, 600), "blkio.throttle.read_bps_device=8:0 600;" },
        { ON_V1, RATE(THROTTLE_WRITE_BPS, 0), "blkio.throttle.write_bps_device=8:0 0;" },
        { ON_V1, RATE(THROTTLE_READ_IOPS, 5), "blkio.throttle.read_iops_device=8:0 5;" },
        { ON_V1, RATE(THROTTLE_WRITE_IOPS, 1ULL << 32),
          "blkio.throttle.write_iops_device=8:0 4294967295;" },
        { ON_V2, RATE(THROTTLE_READ_BPS, 1ULL << 32), "io.max=8:0 rbps=4294967296;" },
        { ON_V2, RATE(THROTTLE_WRITE_BPS, 0), "io.max=8:0 wbps=max;" },
        { ON_V2, RATE(THROTTLE_READ_IOPS, 5), "io.max=8:0 riops=5;" },
        { ON_V2, RATE(THROTTLE_WRITE_IOPS, 1ULL << 32), "io.max=8:0 wiops=4294967295;" },
        { ON_HYBRID, RATE(THROTTLE_READ_IOPS, 5),
          "linux.resources.blockIO.throttleReadIOPSDevice: this host has no io controller" },
        { ON_NOTHING, RATE(THROTTLE_WRITE_IOPS, 5),
          "linux.resources.blockIO.throttleWriteIOPSDevice: this host has no blkio controller" },
    };

    check(rows, ARRAY_SIZE(rows));
}

TEST(limits_huge_pages_and_their_reservations)
{
    static char size[] = "2MB";
    static struct spec_huge_page_limit limits[] = { { size, 4194304 } };
    static const struct spec_resources r = { .huge_pages = limits, .huge_page_count = 1 };
    const struct row rows[] = {
        { ON_V1, r,
          "hugetlb.2MB.limit_in_bytes=4194304;hugetlb.2MB.rsvd.limit_in_bytes=4194304?;" },
        { ON_V2, r, "hugetlb.2MB.max=4194304;hugetlb.2MB.rsvd.max=4194304?;" },
        { ON_HYBRID, r, "hugetlb.2MB.max=4194304;hugetlb.2MB.rsvd.max=4194304?;" },
        { ON_NOTHING, r, "linux.resources.hugepageLimits: this host has no hugetlb controller" },
    };

    check(rows, ARRAY_SIZE(rows));
}

TEST(marks_packets_on_v1_only)
{
    static char eth0[] = "eth0", eth1[] = "eth1";
    static struct spec_priority priorities[] = { { eth0, 5 }, { eth1, 0 } };
    static const struct spec_resources id = { .network = { .class_id = 1048577 } };
    static const struct spec_resources map = {
        .network = { .priorities = priorities, .priority_count = 2 },
    };
    const struct row rows[] = {
        { ON_V1, id, "net_cls.classid=1048577;" },
        { ON_V1, map, "net_prio.ifpriomap=eth0 5;net_prio.ifpriomap=eth1 0;" },
        { ON_V2, id, "linux.resources.network.classID: this host has no net_cls controller" },
        { ON_HYBRID, map,
          "linux.resources.network.priorities: this host has no net_prio controller" },
    };

    check(rows, ARRAY_SIZE(rows));
}

TEST(spells_rdma_limits_alike)
{
    static char one[] = "mlx5_1", two[] = "rxe3";
    static struct spec_rdma_limit limits[] = { { one, I64(3), I64(10000) },
                                               { two, { 0 }, I64(0) } };
    static const struct spec_resources r = { .rdma = limits, .rdma_count = 2 };
    const struct row rows[] = {
        { ON_V1, r, "rdma.max=mlx5_1 hca_handle=3 hca_object=10000;rdma.max=rxe3 hca_object=0;" },
        { ON_V2, r, "rdma.max=mlx5_1 hca_handle=3 hca_object=10000;rdma.max=rxe3 hca_object=0;" },
        { ON_HYBRID, r, "linux.resources.rdma: this host has no rdma controller" },
    };

    check(rows, ARRAY_SIZE(rows));
}

#define UNIFIED(key_, value_)                                                                      \
    {                                                                                              \
        .unified = (struct spec_key_value[]){ { (char[]){ key_ }, (char[]){ value_ } } },          \
        .unified_count = 1                                                                         \
    }

TEST(writes_unified_line_by_line)
{
    const struct row rows[] = {
        { ON_V2, UNIFIED("memory.high", "5"), "memory.high=5;" },
        { ON_V2, UNIFIED("io.max", "8:0 rbps=1\n8:16 wiops=2\n"),
          "io.max=8:0 rbps=1;io.max=8:16 wiops=2;" },
        { ON_V2, UNIFIED("cpuset.cpus", ""), "cpuset.cpus=\n;" },
        { ON_V2, UNIFIED("memory.not_known_yet", "x y"), "memory.not_known_yet=x y;" },
        { ON_V2, UNIFIED("cgroup.max.depth", "3"), "cgroup.max.depth=3;" },
        { ON_HYBRID, UNIFIED("hugetlb.2MB.max", "0"), "hugetlb.2MB.max=0;" },
        { ON_HYBRID, UNIFIED("memory.high", "5"),
          "linux.resources.unified['memory.high']: this host's cgroup v2 has no memory "
          "controller" },
        { ON_V2, UNIFIED("misc.max", "5"),
          "linux.resources.unified['misc.max']: this host's cgroup v2 has no misc controller" },
        { ON_V1, UNIFIED("memory.high", "5"),
          "linux.resources.unified['memory.high']: this host has no cgroup v2" },
    };

    check(rows, ARRAY_SIZE(rows));
}

TEST(knows_whether_anything_is_asked_for)
{
    static char cpus[] = "0";
    static const struct spec_resources nothing = { 0 }, devices = { .device_count = 1 },
                                       memory = { .memory = { .limit = I64(-1) } },
                                       cpuset = { .cpu = { .cpus = cpus } },
                                       unified = { .unified_count = 1 };

    EXPECT(!cgroup_compile_asked(&nothing) && !cgroup_compile_asked(&devices));
    EXPECT_STR(cgroup_compile_asked(&memory), "linux.resources.memory.limit");
    EXPECT_STR(cgroup_compile_asked(&cpuset), "linux.resources.cpu.cpus");
    EXPECT_STR(cgroup_compile_asked(&unified), "linux.resources.unified");
}

TEST_MAIN()
