// SPDX-License-Identifier: Apache-2.0
/* test_sysctl.c - which kernel parameters a container may set, and how they may be spelled. */
#include "test.h"

#include "outcome.h"

#include "config/sysctl.h"

#include <errno.h>
#include <linux/sched.h>

TEST(both_spellings_name_one_path)
{
    static const struct {
        const char *name, *path; /* path NULL: refused */
    } rows[] = {
        { "net.ipv4.ip_forward", "net/ipv4/ip_forward" },
        { "net/ipv4/ip_forward", "net/ipv4/ip_forward" },
        { "net.ipv4.conf.eth0/100.forwarding", "net/ipv4/conf/eth0.100/forwarding" },
        { "net/ipv4/conf/eth0.100/forwarding", "net/ipv4/conf/eth0.100/forwarding" },
        { "kernel", "kernel" },
        { "", NULL },
        { ".", NULL },
        { "/", NULL },
        { "/net/x", NULL },
        { ".net.x", NULL },
        { "net.", NULL },
        { "net..x", NULL },
        { "net//x", NULL },
        { "net/../kernel/core_pattern", NULL },
        { "net.//.kernel.core_pattern", NULL },
        { "net/./x", NULL },
        { "net/..", NULL },
        { "net/ipv4/a b", NULL },
        { "net/ipv4/a\nb", NULL },
        { "net/ipv4/a\177", NULL },
        { "net/...", "net/..." },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        char path[64];
        int n = sysctl_path(rows[i].name, path, sizeof path);

        EXPECT(n == (rows[i].path ? (int)strlen(rows[i].path) : -EINVAL));
        if (n >= 0)
            EXPECT_STR(path, rows[i].path);
    }
}

TEST(a_path_needs_room_for_its_end)
{
    char path[6];

    EXPECT(sysctl_path("net.x", path, 6) == 5);
    EXPECT(sysctl_path("net.x", path, 5) == -EINVAL);
}

TEST(each_parameter_belongs_to_one_namespace)
{
    static const struct {
        const char *path;
        uint32_t flag;
    } rows[] = {
        { "net/ipv4/ip_forward", CLONE_NEWNET },
        { "net", 0 },
        { "network/x", 0 },
        { "user/max_user_namespaces", CLONE_NEWUSER },
        { "fs/mqueue/msg_max", CLONE_NEWIPC },
        { "fs/mqueue", 0 },
        { "fs/file-max", 0 },
        { "kernel/msgmax", CLONE_NEWIPC },
        { "kernel/msgmnb", CLONE_NEWIPC },
        { "kernel/msgmni", CLONE_NEWIPC },
        { "kernel/sem", CLONE_NEWIPC },
        { "kernel/shmall", CLONE_NEWIPC },
        { "kernel/shmmax", CLONE_NEWIPC },
        { "kernel/shmmni", CLONE_NEWIPC },
        { "kernel/shm_rmid_forced", CLONE_NEWIPC },
        { "kernel/shm_next_id", 0 },
        { "kernel/sem/x", 0 },
        { "kernel/domainname", CLONE_NEWUTS },
        { "kernel/hostname", 0 },
        { "kernel/core_pattern", 0 },
        { "kernel/modprobe", 0 },
        { "vm/swappiness", 0 },
        { "debug/exception-trace", 0 },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        EXPECT(sysctl_namespace(rows[i].path) == rows[i].flag);
}

TEST(a_parameter_needs_its_namespace)
{
#define WITH(type, key)  LINUX("'namespaces':[{'type':'" type "'}],'sysctl':{'" key "':'1'}")
#define NEEDS(key, what) "linux.sysctl['" key "'] needs " what " namespace in linux.namespaces"
    static const struct outcome_row rows[] = {
        { WITH("network", "net.ipv4.ip_forward"), "" },
        { WITH("network", "net/ipv4/ip_forward"), "" },
        { WITH("ipc", "net.ipv4.ip_forward"), NEEDS("net.ipv4.ip_forward", "a network") },
        { WITH("ipc", "kernel.sem"), "" },
        { WITH("ipc", "fs.mqueue.msg_max"), "" },
        { WITH("uts", "fs.mqueue.msg_max"), NEEDS("fs.mqueue.msg_max", "an ipc") },
        { WITH("uts", "kernel.domainname"), "" },
        { WITH("user", "kernel/domainname"), NEEDS("kernel/domainname", "a uts") },
        { WITH("user", "user.max_user_namespaces"), "" },
        { WITH("uts", "user.max_user_namespaces"), NEEDS("user.max_user_namespaces", "a user") },
        { WITH("uts", "kernel.hostname"),
          "linux.sysctl['kernel.hostname'] must be set by the property hostname" },
        { WITH("ipc", "kernel.core_pattern"),
          "linux.sysctl['kernel.core_pattern'] belongs to the host, not to a container" },
        { WITH("network", "net/../kernel/core_pattern"),
          "linux.sysctl['net/../kernel/core_pattern'] is not the name of a kernel parameter" },
        { LINUX("'namespaces':[{'type':'network','path':'/ns'}],'sysctl':{'net.x':'1'}"), "" },
        { LINUX("'sysctl':{'':'1'}"), "linux.sysctl must not have an empty name" },
        { LINUX("'sysctl':{}"), "" },
    };
    auto_outcome o = { 0 };

    EXPECT_OUTCOMES(spec_parse, rows);
    EXPECT_STR(outcome_of(&o, spec_parse, rows[0].json), "");
    EXPECT(o.spec && o.spec->linux_.sysctl_count == 1);
    EXPECT_STR(o.spec ? o.spec->linux_.sysctl[0].key : NULL, "net.ipv4.ip_forward");
    EXPECT_STR(o.spec ? o.spec->linux_.sysctl[0].value : NULL, "1");
}

TEST_MAIN()
