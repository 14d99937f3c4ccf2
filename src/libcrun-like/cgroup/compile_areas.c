// SPDX-License-Identifier: Apache-2.0
/* compile_areas.c - the areas of linux.resources: which controller each needs, and when it does. */
#include "cgroup/layout.h"

#include "base/cleanup.h"

static const char *memory_asked(const struct spec_resources *r)
{
    if (cgroup_is_set(r->memory.limit))
        return "linux.resources.memory.limit";
    if (cgroup_is_set(r->memory.swap))
        return "linux.resources.memory.swap";
    if (cgroup_is_set(r->memory.reservation))
        return "linux.resources.memory.reservation";
    if (r->memory.kernel.has && r->memory.kernel.value > 0)
        return "linux.resources.memory.kernel";
    if (r->memory.kernel_tcp.has && r->memory.kernel_tcp.value > 0)
        return "linux.resources.memory.kernelTCP";
    if (r->memory.swappiness.has)
        return "linux.resources.memory.swappiness";
    if (r->memory.disable_oom_killer)
        return "linux.resources.memory.disableOOMKiller";
    return r->memory.use_hierarchy ? "linux.resources.memory.useHierarchy" : NULL;
}

static const char *cpu_asked(const struct spec_resources *r)
{
    if (cgroup_is_set_u(r->cpu.shares))
        return "linux.resources.cpu.shares";
    if (cgroup_is_set(r->cpu.quota))
        return "linux.resources.cpu.quota";
    if (cgroup_is_changed(r, r->cpu.burst))
        return "linux.resources.cpu.burst";
    if (cgroup_is_set_u(r->cpu.period))
        return "linux.resources.cpu.period";
    if (cgroup_is_set(r->cpu.realtime_runtime))
        return "linux.resources.cpu.realtimeRuntime";
    if (cgroup_is_set_u(r->cpu.realtime_period))
        return "linux.resources.cpu.realtimePeriod";
    return cgroup_is_changed(r, r->cpu.idle) ? "linux.resources.cpu.idle" : NULL;
}

static const char *cpuset_asked(const struct spec_resources *r)
{
    if (r->cpu.cpus)
        return "linux.resources.cpu.cpus";
    return r->cpu.mems ? "linux.resources.cpu.mems" : NULL;
}

static const char *block_io_asked(const struct spec_resources *r)
{
    static const char *const throttles[] = {
        [THROTTLE_READ_BPS] = "linux.resources.blockIO.throttleReadBpsDevice",
        [THROTTLE_WRITE_BPS] = "linux.resources.blockIO.throttleWriteBpsDevice",
        [THROTTLE_READ_IOPS] = "linux.resources.blockIO.throttleReadIOPSDevice",
        [THROTTLE_WRITE_IOPS] = "linux.resources.blockIO.throttleWriteIOPSDevice",
    };

    if (cgroup_is_set_u(r->block_io.weight))
        return "linux.resources.blockIO.weight";
    if (cgroup_is_set_u(r->block_io.leaf_weight))
        return "linux.resources.blockIO.leafWeight";
    if (r->block_io.device_weight_count)
        return "linux.resources.blockIO.weightDevice";
    for (size_t i = 0; i < ARRAY_SIZE(throttles); i++)
        if (r->block_io.throttle[i].count)
            return throttles[i];
    return NULL;
}

static const char *huge_pages_asked(const struct spec_resources *r)
{
    return r->huge_page_count ? "linux.resources.hugepageLimits" : NULL;
}

static const char *class_id_asked(const struct spec_resources *r)
{
    return r->network.class_id ? "linux.resources.network.classID" : NULL;
}

static const char *priorities_asked(const struct spec_resources *r)
{
    return r->network.priority_count ? "linux.resources.network.priorities" : NULL;
}

/* Unlike the others 0 is a wish here: config-linux.md, "PIDs". */
static const char *pids_asked(const struct spec_resources *r)
{
    return r->pids_limit.has ? "linux.resources.pids.limit" : NULL;
}

static const char *rdma_asked(const struct spec_resources *r)
{
    return r->rdma_count ? "linux.resources.rdma" : NULL;
}

/* clang-format off */
const struct cgroup_area cgroup_areas[] = {
    { "memory",   "memory",  memory_asked,     cgroup_memory_v1,     cgroup_memory_v2 },
    { "cpu",      "cpu",     cpu_asked,        cgroup_cpu_v1,        cgroup_cpu_v2 },
    { "cpuset",   "cpuset",  cpuset_asked,     cgroup_cpuset,        cgroup_cpuset },
    { "blkio",    "io",      block_io_asked,   cgroup_block_io_v1,   cgroup_block_io_v2 },
    { "hugetlb",  "hugetlb", huge_pages_asked, cgroup_huge_pages_v1, cgroup_huge_pages_v2 },
    { "net_cls",  NULL,      class_id_asked,   cgroup_class_id,      NULL },
    { "net_prio", NULL,      priorities_asked, cgroup_priorities,    NULL },
    { "pids",     "pids",    pids_asked,       cgroup_pids_limit,    cgroup_pids_limit },
    { "rdma",     "rdma",    rdma_asked,       cgroup_rdma,          cgroup_rdma },
};
/* clang-format on */
const size_t cgroup_area_count = ARRAY_SIZE(cgroup_areas);
