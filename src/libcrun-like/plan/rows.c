// SPDX-License-Identifier: Apache-2.0
/* rows.c - when a row runs: predicates over the plan, the same in parent, outer and init. */
#include "plan/rows.h"

#include <sched.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

static bool when_always(const struct plan *p)
{
    return p != NULL;
}

static bool when_cgroup(const struct plan *p)
{
    return p->cgroup_path != 0;
}

static bool when_cgroup_writes(const struct plan *p)
{
    return p->cgroup_path && p->cgroup_writes.count;
}

static bool when_resctrl(const struct plan *p)
{
    return p->resctrl_group != 0;
}

static bool when_cgroup_delegated(const struct plan *p)
{
    return p->flags & PLAN_CGROUP_DELEGATED;
}

static bool when_device_program(const struct plan *p)
{
    return p->cgroup_path && p->device_program.count;
}

static bool when_cgroup_v1(const struct plan *p)
{
    return p->flags & PLAN_CGROUP_V1;
}

static bool when_mount_ns(const struct plan *p)
{
    return p->flags & PLAN_MOUNT_NAMESPACE;
}

static bool when_mounts(const struct plan *p)
{
    return p->mounts.count != 0;
}

static bool when_sources(const struct plan *p)
{
    const struct plan_mount *m = plan_items(p, p->mounts);

    for (uint32_t i = 0; i < p->mounts.count; i++)
        if (plan_mount_by_outer(&m[i]))
            return true;
    return false;
}

static bool when_oom_score(const struct plan *p)
{
    return p->flags & PLAN_OOM_SCORE;
}

static bool when_rlimits(const struct plan *p)
{
    return p->rlimits.count != 0;
}

static bool when_io_priority(const struct plan *p)
{
    return p->io_priority != 0;
}

static bool when_cpus_initial(const struct plan *p)
{
    return p->cpus_initial.count != 0;
}

static bool when_cpus_final(const struct plan *p)
{
    return p->cpus_final.count != 0;
}

static bool when_personality(const struct plan *p)
{
    return p->flags & PLAN_PERSONALITY;
}

static bool when_memory_policy(const struct plan *p)
{
    return p->flags & PLAN_MEMORY_POLICY;
}

/* Real-time policies ask for the host's rights. In a user namespace init has none of them, but a
 * parent who is root on the host has. */
static bool when_scheduler_by_parent(const struct plan *p)
{
    return p->scheduler.count && ((p->clone_flags | p->join_flags) & CLONE_NEWUSER) &&
           !(p->flags & PLAN_ROOTLESS);
}

static bool when_scheduler(const struct plan *p)
{
    return p->scheduler.count && !when_scheduler_by_parent(p);
}

static bool when_joins(const struct plan *p)
{
    return p->joins.count != 0;
}

static bool when_time_ns(const struct plan *p)
{
    return p->flags & PLAN_TIME_NAMESPACE;
}

static bool when_new_user(const struct plan *p)
{
    return p->clone_flags & CLONE_NEWUSER;
}

static bool when_user(const struct plan *p)
{
    return (p->clone_flags | p->join_flags) & CLONE_NEWUSER;
}

static bool when_cgroup_ns(const struct plan *p)
{
    return (p->flags & PLAN_CGROUP_NAMESPACE) || plan_joins_cgroup_late(p);
}

static bool when_keyring(const struct plan *p)
{
    return p->flags & PLAN_KEYRING;
}

static bool when_hostname(const struct plan *p)
{
    return p->hostname != 0;
}

static bool when_domainname(const struct plan *p)
{
    return p->domainname != 0;
}

static bool when_net_by_outer(const struct plan *p)
{
    return p->flags & PLAN_NET_BY_OUTER;
}

/* A network namespace that is made with a user namespace is there only after the clone. */
static bool when_net_devices(const struct plan *p)
{
    return p->net_devices.count && !(p->clone_flags & CLONE_NEWNET);
}

static bool when_net_devices_late(const struct plan *p)
{
    return p->net_devices.count && (p->clone_flags & CLONE_NEWNET);
}

static bool when_net_by_init(const struct plan *p)
{
    return p->clone_flags & CLONE_NEWNET;
}

static bool when_labels(const struct plan *p)
{
    return p->apparmor || p->selinux;
}

static bool when_sysctls(const struct plan *p)
{
    return p->sysctls.count != 0;
}

static bool when_proc(const struct plan *p)
{
    return when_labels(p) || when_sysctls(p);
}

static bool when_nodes(const struct plan *p)
{
    const struct plan_device *d = plan_items(p, p->devices);

    for (uint32_t i = 0; i < p->devices.count; i++)
        if (d[i].by_outer)
            return true;
    return false;
}

static bool when_devices(const struct plan *p)
{
    return p->devices.count || p->links.count;
}

static bool when_terminal(const struct plan *p)
{
    return p->flags & PLAN_TERMINAL;
}

static bool when_runtime_hooks(const struct plan *p)
{
    return p->flags & PLAN_RUNTIME_HOOKS;
}

static bool when_container_hooks(const struct plan *p)
{
    return p->create_container.count != 0;
}

static bool when_masked(const struct plan *p)
{
    return p->masked.count != 0;
}

static bool when_readonly(const struct plan *p)
{
    const struct plan_mount *m = plan_items(p, p->mounts);

    for (uint32_t i = 0; i < p->mounts.count; i++)
        if (m[i].readonly_late)
            return true;
    return p->readonly.count != 0;
}

static bool when_root_readonly(const struct plan *p)
{
    return p->flags & PLAN_ROOT_READONLY;
}

static bool when_root_propagation(const struct plan *p)
{
    return (p->flags & PLAN_MOUNT_NAMESPACE) && p->rootfs_propagation;
}

static bool when_process(const struct plan *p)
{
    return p->flags & PLAN_PROCESS;
}

static bool when_watched(const struct plan *p)
{
    return plan_watched(p);
}

static bool when_unwatched(const struct plan *p)
{
    return !plan_watched(p);
}

static bool when_barrier(const struct plan *p)
{
    return p->flags & PLAN_START_BARRIER;
}

static bool when_start_hooks(const struct plan *p)
{
    return p->start_container.count != 0;
}

static bool when_home(const struct plan *p)
{
    return p->flags & PLAN_HOME;
}

static bool when_no_new_privs(const struct plan *p)
{
    return p->flags & PLAN_NO_NEW_PRIVS;
}

static bool when_seccomp_privileged(const struct plan *p)
{
    return (p->flags & PLAN_SECCOMP) && !(p->flags & PLAN_NO_NEW_PRIVS);
}

static bool when_seccomp_last(const struct plan *p)
{
    return (p->flags & PLAN_SECCOMP) && (p->flags & PLAN_NO_NEW_PRIVS);
}

static bool when_listener(const struct plan *p)
{
    return p->listener != 0;
}

/* After a start barrier it is `start` that talks to the agent. */
static bool when_listener_here(const struct plan *p)
{
    return when_listener(p) && !when_barrier(p);
}

#define ROW_INFO(id, name, actor, when) { name, actor, when },

static const struct row_info boot_rows[] = { BOOT_ROWS(ROW_INFO) };
static const struct row_info join_rows[] = { JOIN_ROWS(ROW_INFO) };

const struct row_info *plan_rows(enum plan_kind kind, unsigned *ret_count)
{
    *ret_count = kind == PLAN_EXEC ? JOIN_ROW_COUNT : BOOT_ROW_COUNT;
    return kind == PLAN_EXEC ? join_rows : boot_rows;
}
