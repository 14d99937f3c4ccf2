// SPDX-License-Identifier: Apache-2.0
/* hosts.h - made-up hosts for the tests of the pure parts. */
#pragma once

#include "cgroup/cgroup.h"

/* clang-format off */
#define V1(name, own_path)                                                                         \
    { false, "/sys/fs/cgroup/" name, "," name ",", own_path }
/* clang-format on */

static inline struct cgroup_host host_v2(void)
{
    return (struct cgroup_host){
        .h = { { true, "/sys/fs/cgroup", ",cpuset,cpu,io,memory,hugetlb,pids,rdma,",
                 "/user.slice/session-1.scope" } },
        .count = 1,
        .v2 = 0,
    };
}

static inline struct cgroup_host host_v1(void)
{
    return (struct cgroup_host){
        .h = { V1("memory", "/box"), V1("cpu,cpuacct", "/"), V1("pids", "/"), V1("devices", "/"),
               V1("freezer", "/"), V1("cpuset", "/"), V1("name=systemd", "/a/b"), V1("blkio", "/"),
               V1("hugetlb", "/"), V1("net_cls,net_prio", "/"), V1("rdma", "/") },
        .count = 11,
        .v2 = -1,
    };
}

/* v1 controllers beside a v2 tree that holds pids and hugetlb. */
static inline struct cgroup_host host_hybrid(void)
{
    return (struct cgroup_host){
        .h = { V1("memory", "/box"),
               V1("devices", "/"),
               { true, "/sys/fs/cgroup/unified", ",hugetlb,pids,", "/" } },
        .count = 3,
        .v2 = 2,
    };
}
