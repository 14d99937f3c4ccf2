// SPDX-License-Identifier: Apache-2.0
/*
 * rows.h - the two tables that say everything about order: BOOT (create, run) and JOIN (exec).
 *
 * Parent, outer and init walk the same table from top to bottom. Each runs its own rows and skips
 * those whose predicate does not hold. Where the actor changes, one waits for the other:
 *   parent -> outer   outer sleeps until the first row's HELLO; it was started before the
 *                     configuration was even read, as that takes about as long
 *   outer  -> init    the clone row itself
 *   init   -> parent  init sends TURN(row) and waits for DONE(row)
 * so a reader needs no other description of the conversation. Two kinds of the parent's rows are
 * not waited for, or not in that way: ROW_ASIDE  nobody waits: done while outer or init work,
 * before the parent's next row below it ROW_AHEAD  the parent does it without being asked and sends
 * DONE at once; outer or init, whoever comes to it, takes the DONE, which as a rule has been there
 * for a while
 *
 * A row's name is the trace line, the fault point and the first word of its errors.
 *
 * X(id, name, actor, predicate)    id names the handler row_<id>() in src/init or boot_row_<id>()
 * in src/libcrun-like/boot.
 */
#pragma once

#include "plan/format.h"

enum row_actor { ROW_PARENT, ROW_OUTER, ROW_INIT, ROW_ASIDE, ROW_AHEAD };

/* clang-format off */
#define BOOT_ROWS(X)                                                                                      \
    /* Outer gets the plan and begins, while we make the cgroup. It leaves when we vanish. */              \
    X(brief,              "brief outer",            ROW_PARENT, when_always)                               \
    /* The record is durable before the first lasting effect, so delete --force can always clean up. */    \
    X(claim,              "claim id",               ROW_ASIDE,  when_always)                               \
    X(make_cgroup,        "make cgroup",            ROW_ASIDE,  when_cgroup)                               \
    /* Limits hold before anything is inside. */                                                           \
    X(limit_cgroup,       "limit cgroup",           ROW_ASIDE,  when_cgroup_writes)                        \
    X(make_resctrl,       "make resctrl group",     ROW_ASIDE,  when_resctrl)                              \
    /* The files of limits are not among those that are given away. */                                     \
    X(delegate_cgroup,    "delegate cgroup",        ROW_ASIDE,  when_cgroup_delegated)                     \
    X(hide,               "become undumpable",      ROW_OUTER,  when_always)                               \
    X(open_rootfs,        "open rootfs",            ROW_OUTER,  when_mount_ns)                             \
    /* Before any mount that a container controls exists (CVE-2021-30465), and with the host's rights. */  \
    X(open_sources,       "open bind sources",      ROW_OUTER,  when_sources)                              \
    /* A user namespace can't make device nodes; init binds them from where they are made here. */         \
    X(nodes,              "make device nodes",      ROW_OUTER,  when_nodes)                                \
    X(oom_score,          "set oom_score_adj",      ROW_OUTER,  when_oom_score)                            \
    X(raise_limits,       "raise rlimits",          ROW_OUTER,  when_rlimits)                              \
    /* The real-time class asks for the host's rights; init inherits it. */                                \
    X(io_priority,        "set I/O priority",       ROW_OUTER,  when_io_priority)                          \
    /* Before a user namespace is joined, where the host's rights end. */                                  \
    X(net_devices,        "move network devices",   ROW_OUTER,  when_net_devices)                          \
    X(join,               "join namespaces",        ROW_OUTER,  when_joins)                                \
    /* Offsets freeze when the first process is in, so they are written by one that is not. */             \
    X(time_offsets,       "set time offsets",       ROW_OUTER,  when_time_ns)                              \
    /* Here, so that lo can be raised while init mounts: the lock it needs is the whole host's, and held   \
     * long whenever a network namespace goes away. */                                                     \
    X(network,            "unshare network",        ROW_OUTER,  when_net_by_outer)                         \
    X(hand_over,          "hand over cgroups",      ROW_AHEAD,  when_always)                               \
    X(clone,              "clone init",             ROW_OUTER,  when_always)                               \
    /* "write id maps" waits for outer, so this is done before hooks or sysctls ask for the devices. */    \
    X(net_devices_late,   "move devices to init",   ROW_OUTER,  when_net_devices_late)                     \
    X(loopback_outer,     "raise loopback outside", ROW_OUTER,  when_net_by_outer)                         \
    /* The payload does not run before "record container", nor does anything the filter is for. */         \
    X(filter_devices,     "filter devices",         ROW_ASIDE,  when_device_program)                       \
    X(join_resctrl,       "join resctrl group",     ROW_ASIDE,  when_resctrl)                              \
    X(write_record,       "write record",           ROW_ASIDE,  when_always)                               \
    X(enter_cgroups,      "join v1 cgroups",        ROW_INIT,   when_cgroup_v1)                            \
    X(map_wait,           "offer namespace",        ROW_INIT,   when_new_user)                             \
    X(id_maps,            "write id maps",          ROW_PARENT, when_new_user)                             \
    X(container_root,     "become container root",  ROW_INIT,   when_user)                                 \
    /* Its root is the cgroup we are in now: after every hierarchy was joined. */                          \
    X(cgroup_ns,          "change cgroup namespace", ROW_INIT,  when_cgroup_ns)                            \
    X(session,            "start session",          ROW_INIT,   when_always)                               \
    X(hostname,           "set hostname",           ROW_INIT,   when_hostname)                             \
    X(domainname,         "set domainname",         ROW_INIT,   when_domainname)                           \
    X(loopback,           "raise loopback",         ROW_INIT,   when_net_by_init)                              \
    X(proc_handle,        "open procfs",            ROW_INIT,   when_proc)                                 \
    /* After procfs, by which the keyring gets the process' label. */                                      \
    X(keyring,            "join keyring",           ROW_INIT,   when_keyring)                              \
    X(attach_rootfs,      "attach rootfs",          ROW_INIT,   when_mount_ns)                             \
    X(mounts,             "mount",                  ROW_INIT,   when_mounts)                               \
    X(devices,            "make devices",           ROW_INIT,   when_devices)                              \
    X(links,              "make device links",      ROW_INIT,   when_devices)                              \
    X(make_directory,     "make working directory", ROW_INIT,   when_process)                              \
    X(terminal,           "open terminal",          ROW_INIT,   when_terminal)                             \
    /* Hooks see the host's tree with the mounts attached at the rootfs. */                                \
    X(runtime_hooks,      "createRuntime hooks",    ROW_PARENT, when_runtime_hooks)                        \
    X(container_hooks,    "createContainer hooks",  ROW_INIT,   when_container_hooks)                      \
    /* A hook may have brought the network devices whose keys are set here. */                             \
    X(sysctls,            "set sysctls",            ROW_INIT,   when_sysctls)                              \
    X(mask,               "mask paths",             ROW_INIT,   when_masked)                               \
    X(protect,            "protect paths",          ROW_INIT,   when_readonly)                             \
    X(label_handles,      "open label files",       ROW_INIT,   when_labels)                               \
    X(pivot,              "pivot root",             ROW_INIT,   when_mount_ns)                             \
    X(root_propagation,   "set root propagation",   ROW_INIT,   when_root_propagation)                     \
    X(root_readonly,      "protect root",           ROW_INIT,   when_root_readonly)                        \
    /* After all that must not be slowed down, while capabilities are effective. */                        \
    X(personality,        "set personality",        ROW_INIT,   when_personality)                          \
    X(memory_policy,      "set memory policy",      ROW_INIT,   when_memory_policy)                        \
    X(scheduler,          "set scheduler",          ROW_INIT,   when_scheduler)                            \
    /* Capabilities stay permitted until the filter is in, they are only no longer effective. */           \
    X(bounding,           "drop bounding set",      ROW_INIT,   when_process)                              \
    X(ids,                "change ids",             ROW_INIT,   when_process)                              \
    X(directory,          "change directory",       ROW_INIT,   when_process)                              \
    X(home,               "find home",              ROW_INIT,   when_home)                                 \
    /* A missing executable fails at create: engines' exit codes 126 and 127 hang on it. */                \
    X(find,               "find executable",        ROW_INIT,   when_process)                              \
    X(scheduler_outside,  "set scheduler outside",  ROW_PARENT, when_scheduler_by_parent)                  \
    /* An agent that isn't there is heard of before the payload is. */                                     \
    X(agent,              "connect to agent",       ROW_PARENT, when_listener_here)                        \
    X(commit,             "record container",       ROW_PARENT, when_watched)                              \
    /* run, with nothing to hand on: the record is complete already, so init need not ask. */              \
    X(release,            "release init",           ROW_AHEAD,  when_unwatched)                            \
    X(barrier,            "wait for start",         ROW_INIT,   when_barrier)                              \
    X(start_hooks,        "startContainer hooks",   ROW_INIT,   when_start_hooks)                          \
    X(umask,              "set umask",              ROW_INIT,   when_always)                               \
    X(labels,             "set labels",             ROW_INIT,   when_labels)                               \
    X(descriptors,        "close descriptors",      ROW_INIT,   when_always)                               \
    /* Before limits that could forbid a thread. */                                                        \
    X(messenger,          "start messenger",        ROW_INIT,   when_listener)                             \
    /* Lower limits last: they would stop us, too. */                                                      \
    X(rlimits,            "set rlimits",            ROW_INIT,   when_rlimits)                              \
    X(no_new_privs,       "set no_new_privs",       ROW_INIT,   when_no_new_privs)                         \
    X(ambient,            "raise ambient set",      ROW_INIT,   when_process)                              \
    /* With no_new_privs the filter needs no capability; without it must be in before they go. */          \
    X(seccomp_privileged, "load seccomp early",        ROW_INIT, when_seccomp_privileged)                  \
    X(capabilities,       "set capabilities",       ROW_INIT,   when_process)                              \
    X(seccomp,            "load seccomp",           ROW_INIT,   when_seccomp_last)                         \
    X(listener,           "hand over listener",     ROW_ASIDE,  when_listener_here)                        \
    X(execute,            "execute",                ROW_INIT,   when_always)

#define JOIN_ROWS(X)                                                                                       \
    X(brief,              "brief outer",            ROW_PARENT, when_always)                               \
    X(hide,               "become undumpable",      ROW_OUTER,  when_always)                               \
    X(oom_score,          "set oom_score_adj",      ROW_OUTER,  when_oom_score)                            \
    X(raise_limits,       "raise rlimits",          ROW_OUTER,  when_rlimits)                              \
    /* The real-time class asks for the host's rights; init inherits it. */                                \
    X(io_priority,        "set I/O priority",       ROW_OUTER,  when_io_priority)                          \
    /* No host directory is open from here on; the container's processes can look. */                      \
    X(join_container,     "join container",         ROW_OUTER,  when_always)                               \
    X(hand_over,          "hand over cgroups",      ROW_AHEAD,  when_always)                               \
    X(cpus_initial,       "set initial CPUs",       ROW_OUTER,  when_cpus_initial)                         \
    X(clone,              "clone init",             ROW_OUTER,  when_always)                               \
    X(join_resctrl,       "join resctrl group",     ROW_ASIDE,  when_resctrl)                              \
    X(enter_cgroups,      "join v1 cgroups",        ROW_INIT,   when_cgroup_v1)                            \
    /* From inside one may not see the cgroup we come from, so that we could not be moved any more. */     \
    X(cgroup_ns,          "change cgroup namespace", ROW_INIT,  when_cgroup_ns)                            \
    /* A cpuset gives a process that joins it CPUs of its own choice. */                                   \
    X(cpus_final,         "set final CPUs",         ROW_INIT,   when_cpus_final)                           \
    X(container_root,     "become container root",  ROW_INIT,   when_user)                                 \
    X(session,            "start session",          ROW_INIT,   when_always)                               \
    X(proc_handle,        "open procfs",            ROW_INIT,   when_labels)                               \
    /* After procfs, by which the keyring gets the process' label. */                                      \
    X(keyring,            "join keyring",           ROW_INIT,   when_keyring)                              \
    X(terminal,           "open terminal",          ROW_INIT,   when_terminal)                             \
    X(label_handles,      "open label files",       ROW_INIT,   when_labels)                               \
    X(personality,        "set personality",        ROW_INIT,   when_personality)                          \
    X(memory_policy,      "set memory policy",      ROW_INIT,   when_memory_policy)                        \
    X(scheduler,          "set scheduler",          ROW_INIT,   when_scheduler)                            \
    X(bounding,           "drop bounding set",      ROW_INIT,   when_process)                              \
    X(ids,                "change ids",             ROW_INIT,   when_process)                              \
    X(directory,          "change directory",       ROW_INIT,   when_process)                              \
    X(home,               "find home",              ROW_INIT,   when_home)                                 \
    X(find,               "find executable",        ROW_INIT,   when_process)                              \
    X(scheduler_outside,  "set scheduler outside",  ROW_PARENT, when_scheduler_by_parent)                  \
    /* An agent that isn't there is heard of before the payload is. */                                     \
    X(agent,              "connect to agent",       ROW_PARENT, when_listener_here)                        \
    X(commit,             "announce process",       ROW_PARENT, when_always)                               \
    X(umask,              "set umask",              ROW_INIT,   when_always)                               \
    X(labels,             "set labels",             ROW_INIT,   when_labels)                               \
    X(descriptors,        "close descriptors",      ROW_INIT,   when_always)                               \
    /* Before limits that could forbid a thread. */                                                        \
    X(messenger,          "start messenger",        ROW_INIT,   when_listener)                             \
    X(rlimits,            "set rlimits",            ROW_INIT,   when_rlimits)                              \
    X(no_new_privs,       "set no_new_privs",       ROW_INIT,   when_no_new_privs)                         \
    X(ambient,            "raise ambient set",      ROW_INIT,   when_process)                              \
    X(seccomp_privileged, "load seccomp early",        ROW_INIT, when_seccomp_privileged)                  \
    X(capabilities,       "set capabilities",       ROW_INIT,   when_process)                              \
    X(seccomp,            "load seccomp",           ROW_INIT,   when_seccomp_last)                         \
    X(listener,           "hand over listener",     ROW_ASIDE,  when_listener_here)                        \
    X(execute,            "execute",                ROW_INIT,   when_always)
/* clang-format on */

struct row_info {
    const char *name;
    enum row_actor actor;
    bool (*when)(const struct plan *p);
};

/* Is the row one of the parent's? */
static inline bool row_is_parents(const struct row_info *r)
{
    return r->actor != ROW_OUTER && r->actor != ROW_INIT;
}

#define ROW_ENUM_BOOT(id, name, actor, when) BOOT_##id,
#define ROW_ENUM_JOIN(id, name, actor, when) JOIN_##id,
enum boot_row { BOOT_ROWS(ROW_ENUM_BOOT) BOOT_ROW_COUNT };
enum join_row { JOIN_ROWS(ROW_ENUM_JOIN) JOIN_ROW_COUNT };

/* Names, actors and predicates for a kind of plan, in order. */
const struct row_info *plan_rows(enum plan_kind kind, unsigned *ret_count);
