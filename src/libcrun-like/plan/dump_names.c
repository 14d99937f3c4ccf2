// SPDX-License-Identifier: Apache-2.0
/* dump_names.c - the words for a plan's numbers. */
#include "plan/dump.h"

#include "base/cleanup.h"
#include "base/sys.h"

#include <ctype.h>
#include <linux/mempolicy.h>
#include <linux/mount.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/stat.h>

struct name {
    uint64_t bit;
    const char *text;
};

static const struct name flag_names[] = {
    { PLAN_ROOT_READONLY, "rootReadonly" },
    { PLAN_NO_NEW_PRIVS, "noNewPrivileges" },
    { PLAN_TERMINAL, "terminal" },
    { PLAN_KEYRING, "keyring" },
    { PLAN_START_BARRIER, "startBarrier" },
    { PLAN_ANNOUNCED, "announced" },
    { PLAN_OOM_SCORE, "oomScore" },
    { PLAN_UMASK, "umask" },
    { PLAN_MOUNT_NAMESPACE, "mountNamespace" },
    { PLAN_PROCESS, "process" },
    { PLAN_RUNTIME_HOOKS, "runtimeHooks" },
    { PLAN_CGROUP_V2, "cgroupV2" },
    { PLAN_CGROUP_V1, "cgroupV1" },
    { PLAN_SECCOMP, "seccomp" },
    { PLAN_CGROUP_NAMESPACE, "cgroupNamespace" },
    { PLAN_TIME_NAMESPACE, "timeNamespace" },
    { PLAN_ROOTLESS, "rootless" },
    { PLAN_HOME, "findHome" },
    { PLAN_NET_BY_OUTER, "networkByOuter" },
    { PLAN_PERSONALITY, "personality" },
    { PLAN_MEMORY_POLICY, "memoryPolicy" },
    { PLAN_RESCTRL_MONITOR, "resctrlMonitor" },
    { PLAN_CGROUP_DELEGATED, "cgroupDelegated" },
    { PLAN_KEEP_GROUPS, "keepGroups" },
    { PLAN_GROUPS_FIXED, "groupsFixed" },
    { PLAN_LISTEN_PID, "listenPid" },
    { PLAN_NO_PIVOT, "noPivot" },
    { PLAN_NOTIFY, "notify" },
};

/* As in linux.namespaces[].type. */
static const struct name namespace_names[] = {
    { CLONE_NEWUSER, "user" },     { CLONE_NEWNS, "mount" },  { CLONE_NEWPID, "pid" },
    { CLONE_NEWNET, "network" },   { CLONE_NEWIPC, "ipc" },   { CLONE_NEWUTS, "uts" },
    { CLONE_NEWCGROUP, "cgroup" }, { CLONE_NEWTIME, "time" },
};

static const struct name filter_flag_names[] = {
    { SECCOMP_FILTER_FLAG_TSYNC, "SECCOMP_FILTER_FLAG_TSYNC" },
    { SECCOMP_FILTER_FLAG_LOG, "SECCOMP_FILTER_FLAG_LOG" },
    { SECCOMP_FILTER_FLAG_SPEC_ALLOW, "SECCOMP_FILTER_FLAG_SPEC_ALLOW" },
    { SECCOMP_FILTER_FLAG_NEW_LISTENER, "SECCOMP_FILTER_FLAG_NEW_LISTENER" },
    { 1 << 5, "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV" },
};

static const struct name scheduler_flag_names[] = {
    { SCHED_FLAG_RESET_ON_FORK, "SCHED_FLAG_RESET_ON_FORK" },
    { SCHED_FLAG_RECLAIM, "SCHED_FLAG_RECLAIM" },
    { SCHED_FLAG_DL_OVERRUN, "SCHED_FLAG_DL_OVERRUN" },
    { SCHED_FLAG_KEEP_POLICY, "SCHED_FLAG_KEEP_POLICY" },
    { SCHED_FLAG_KEEP_PARAMS, "SCHED_FLAG_KEEP_PARAMS" },
    { SCHED_FLAG_UTIL_CLAMP_MIN, "SCHED_FLAG_UTIL_CLAMP_MIN" },
    { SCHED_FLAG_UTIL_CLAMP_MAX, "SCHED_FLAG_UTIL_CLAMP_MAX" },
};

static const struct name memory_flag_names[] = {
    { MPOL_F_STATIC_NODES, "MPOL_F_STATIC_NODES" },
    { MPOL_F_RELATIVE_NODES, "MPOL_F_RELATIVE_NODES" },
    { 1 << 13, "MPOL_F_NUMA_BALANCING" },
};

/* The access-time mode is no bit of its own, see put_attributes(). */
static const struct name attribute_set[] = {
    { MOUNT_ATTR_RDONLY, "ro" },
    { MOUNT_ATTR_NOSUID, "nosuid" },
    { MOUNT_ATTR_NODEV, "nodev" },
    { MOUNT_ATTR_NOEXEC, "noexec" },
    { MOUNT_ATTR_NODIRATIME, "nodiratime" },
    { MOUNT_ATTR_NOSYMFOLLOW, "nosymfollow" },
};

static const struct name attribute_cleared[] = {
    { MOUNT_ATTR_RDONLY, "rw" },           { MOUNT_ATTR_NOSUID, "suid" },
    { MOUNT_ATTR_NODEV, "dev" },           { MOUNT_ATTR_NOEXEC, "exec" },
    { MOUNT_ATTR_NODIRATIME, "diratime" }, { MOUNT_ATTR_NOSYMFOLLOW, "symfollow" },
};

static const struct name superblock_set[] = {
    { MS_SYNCHRONOUS, "sync" },  { MS_DIRSYNC, "dirsync" },    { MS_MANDLOCK, "mand" },
    { MS_LAZYTIME, "lazytime" }, { MS_I_VERSION, "iversion" }, { MS_SILENT, "silent" },
};

static const struct name superblock_cleared[] = {
    { MS_SYNCHRONOUS, "async" },   { MS_DIRSYNC, "nodirsync" },    { MS_MANDLOCK, "nomand" },
    { MS_LAZYTIME, "nolazytime" }, { MS_I_VERSION, "noiversion" }, { MS_SILENT, "loud" },
};

static const struct name propagation_names[] = {
    { MS_SHARED, "shared" },
    { MS_SLAVE, "slave" },
    { MS_PRIVATE, "private" },
    { MS_UNBINDABLE, "unbindable" },
};

static char *next_item(struct dump_names *n)
{
    return n->items[n->count < DUMP_NAMES_MAX ? n->count++ : DUMP_NAMES_MAX - 1];
}

static void put_bits(struct dump_names *n, const char *prefix, const struct name *names,
                     size_t count, uint64_t bits)
{
    for (size_t i = 0; i < count; i++) {
        if (bits & names[i].bit)
            snprintf(next_item(n), DUMP_NAME_SIZE, "%s%s", prefix, names[i].text);
        bits &= ~names[i].bit;
    }
    if (bits)
        snprintf(next_item(n), DUMP_NAME_SIZE, "%s0x%llx", prefix, (unsigned long long)bits);
}

#define PUT_BITS(n, prefix, names, bits) put_bits(n, prefix, names, ARRAY_SIZE(names), bits)

void dump_flags(uint32_t flags, struct dump_names *ret)
{
    ret->count = 0;
    PUT_BITS(ret, "", flag_names, flags);
}

void dump_namespaces(uint32_t flags, struct dump_names *ret)
{
    ret->count = 0;
    PUT_BITS(ret, "", namespace_names, flags);
}

void dump_seccomp_flags(uint32_t flags, struct dump_names *ret)
{
    ret->count = 0;
    PUT_BITS(ret, "", filter_flag_names, flags);
}

void dump_scheduler_flags(uint64_t flags, struct dump_names *ret)
{
    ret->count = 0;
    PUT_BITS(ret, "", scheduler_flag_names, flags);
}

void dump_memory_flags(uint32_t mode, struct dump_names *ret)
{
    ret->count = 0;
    PUT_BITS(ret, "", memory_flag_names, mode & ~0xfffu);
}

static bool is_member(const uint64_t *words, uint32_t count, uint32_t n)
{
    return n / 64 < count && words[n / 64] >> n % 64 & 1;
}

void dump_numbers(const struct plan *p, struct plan_list set, struct buf *ret)
{
    const uint64_t *words = plan_items(p, set);
    const char *comma = "";

    for (uint32_t n = 0, last; n < set.count * 64; n = last + 1) {
        last = n;
        if (!is_member(words, set.count, n))
            continue;
        while (is_member(words, set.count, last + 1))
            last++;
        buf_printf(ret, last > n ? "%s%u-%u" : "%s%u", comma, n, last);
        comma = ",";
    }
}

static void put_cap(struct dump_names *n, int cap)
{
    char *item = next_item(n);
    char *name = cap_to_name(cap);

    snprintf(item, DUMP_NAME_SIZE, "%s", name ? name : "?");
    cap_free(name);
    for (char *p = item; *p; p++)
        *p = (char)toupper((unsigned char)*p);
}

void dump_caps(uint64_t caps, struct dump_names *ret)
{
    ret->count = 0;
    for (int cap = 0; cap < 64; cap++)
        if (caps >> cap & 1)
            put_cap(ret, cap);
}

/* An access-time mode is chosen by clearing the whole field; relatime is the field's zero. */
static void put_attributes(struct dump_names *n, const char *prefix, uint64_t set, uint64_t clear)
{
    PUT_BITS(n, prefix, attribute_set, set & ~(uint64_t)MOUNT_ATTR__ATIME);
    PUT_BITS(n, prefix, attribute_cleared, clear & ~(uint64_t)MOUNT_ATTR__ATIME);
    if (!((set | clear) & MOUNT_ATTR__ATIME))
        return;
    snprintf(next_item(n), DUMP_NAME_SIZE, "%s%s", prefix,
             set & MOUNT_ATTR_NOATIME       ? "noatime"
             : set & MOUNT_ATTR_STRICTATIME ? "strictatime"
                                            : "relatime");
}

void dump_mount_options(const struct plan_mount *m, struct dump_names *ret)
{
    ret->count = 0;
    put_attributes(ret, "", m->set, m->clear);
    PUT_BITS(ret, "~", attribute_cleared, m->drop);
    put_attributes(ret, "r", m->rec_set, m->rec_clear);
    PUT_BITS(ret, "", superblock_set, m->sb_set);
    PUT_BITS(ret, "", superblock_cleared, m->sb_clear);
    for (unsigned i = 0; i < PLAN_PROPAGATIONS && m->propagation[i]; i++)
        PUT_BITS(ret, m->propagation[i] & MS_REC ? "r" : "", propagation_names,
                 m->propagation[i] & ~MS_REC);
    if (m->idmap)
        snprintf(next_item(ret), DUMP_NAME_SIZE, "%sidmap", m->idmap == PLAN_IDMAP_TREE ? "r" : "");
    if (m->copy_up)
        snprintf(next_item(ret), DUMP_NAME_SIZE, "tmpcopyup");
}

void dump_propagation(uint32_t flags, struct dump_names *ret)
{
    ret->count = 0;
    PUT_BITS(ret, flags & MS_REC ? "r" : "", propagation_names, flags & ~MS_REC);
}

const char *dump_mount_kind(uint32_t kind)
{
    static const char *const names[] = { "fs", "bind", "cgroup", "remount" };

    return kind < ARRAY_SIZE(names) ? names[kind] : "?";
}

const char *dump_mount_label(uint32_t label)
{
    static const char *const names[] = { "none", "option", "attribute" };

    return label < ARRAY_SIZE(names) ? names[label] : "?";
}

char dump_device_type(uint32_t type)
{
    return type == S_IFBLK ? 'b' : type == S_IFIFO ? 'p' : 'c';
}

const char *dump_actor(enum row_actor actor)
{
    switch (actor) {
    case ROW_PARENT:
        return "parent";
    case ROW_OUTER:
        return "outer";
    case ROW_INIT:
        return "init";
    case ROW_ASIDE:
        return "aside";
    case ROW_AHEAD:
        return "ahead";
    }
    return "?";
}

uint32_t dump_new_namespaces(const struct plan *p)
{
    return p->clone_flags | (p->flags & PLAN_CGROUP_NAMESPACE ? CLONE_NEWCGROUP : 0) |
           (p->flags & PLAN_TIME_NAMESPACE ? CLONE_NEWTIME : 0) |
           (p->flags & PLAN_NET_BY_OUTER ? CLONE_NEWNET : 0);
}
