// SPDX-License-Identifier: Apache-2.0
/*
 * format.h - the plan: what is wanted, flat and immutable.
 *
 * One contiguous block: struct plan, then everything it refers to by offset from the block's start.
 * No pointers, so it can be mapped anywhere: the parent builds it, seals it in a memfd, and outer
 * and init map it read-only. A string is the offset of NUL-terminated text, 0 when absent. A list
 * is an offset and a count of elements. The plan says what, never how: kernel strategies are tried
 * by the handlers, late facts (pid, descriptors) travel in boot/message.h.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { PLAN_MAGIC = 0x64706c6e, PLAN_VERSION = 1 };

typedef uint32_t plan_str; /* offset of text, 0 = absent */

struct plan_list {
    uint32_t offset, count;
};

enum plan_kind { PLAN_CREATE, PLAN_EXEC };

enum plan_flag {
    PLAN_ROOT_READONLY = 1 << 0,
    PLAN_NO_NEW_PRIVS = 1 << 1,
    PLAN_TERMINAL = 1 << 2,
    PLAN_KEYRING = 1 << 3,       /* join a session keyring of the container's own */
    PLAN_START_BARRIER = 1 << 4, /* create: wait for `start`; run goes on by itself */
    PLAN_OOM_SCORE = 1 << 5,     /* oom_score_adj is set */
    PLAN_UMASK = 1 << 6,         /* umask is set; otherwise the caller's stays */
    PLAN_MOUNT_NAMESPACE =
        1 << 7,                  /* the container has a mount namespace that is not the caller's */
    PLAN_PROCESS = 1 << 8,       /* there is a process to run */
    PLAN_RUNTIME_HOOKS = 1 << 9, /* prestart or createRuntime hooks exist */
    PLAN_CGROUP_V2 = 1 << 10,    /* a v2 tree exists: clone into it */
    PLAN_CGROUP_V1 = 1 << 11,    /* v1 hierarchies exist: join them one by one */
    PLAN_SECCOMP = 1 << 12,
    PLAN_CGROUP_NAMESPACE = 1 << 13, /* a new one, made after the v1 hierarchies are joined */
    PLAN_TIME_NAMESPACE = 1 << 14,   /* a new one, made by outer before the clone */
    PLAN_ROOTLESS = 1 << 15,         /* the caller is not root on its host */
    PLAN_NET_BY_OUTER = 1 << 17, /* a new network namespace that no new user namespace must own */
    PLAN_HOME = 1 << 16,         /* env has no HOME: look it up in the container's passwd */
    PLAN_CGROUP_DELEGATED = 1 << 18, /* the v2 cgroup is to belong to cgroup_owner */
    PLAN_NOTIFY = 1 << 19,           /* the process has a NOTIFY_SOCKET of ours */
    PLAN_ANNOUNCED = 1 << 20,        /* init's pid or pidfd is handed to somebody */
    PLAN_PERSONALITY = 1 << 24,      /* personality is set */
    PLAN_MEMORY_POLICY = 1 << 25,    /* memory_mode and memory_nodes are set */
    PLAN_RESCTRL_MONITOR = 1 << 26,  /* a monitoring group inside resctrl_group */
    PLAN_KEEP_GROUPS = 1 << 27,      /* the caller's groups stay the process's */
    PLAN_NO_PIVOT = 1 << 30,         /* where pivot_root can't, the rootfs is moved to "/" */
    PLAN_LISTEN_PID = 1 << 29,       /* env gets LISTEN_PID, which only init knows */
    PLAN_GROUPS_FIXED = 1 << 28,     /* nobody below the caller's user namespace may set groups */
};

/* linux.namespaces[] with a path: CLONE_NEW* flag and the file to join. */
struct plan_join {
    uint32_t flag;
    plan_str path;
    plan_str where; /* "linux.namespaces[2]" */
};

/* linux.netDevices.<host>; name may end with "%d" */
struct plan_net_device {
    plan_str where, host, name;
};

enum plan_mount_kind { PLAN_MOUNT_FS, PLAN_MOUNT_BIND, PLAN_MOUNT_CGROUP, PLAN_MOUNT_REMOUNT };

enum { PLAN_PROPAGATIONS = 4 };

/* Whose ids are translated: of nothing, of the mount alone, of the tree below it, too. */
enum plan_idmap { PLAN_IDMAP_NONE, PLAN_IDMAP_MOUNT, PLAN_IDMAP_TREE };

/* How a filesystem takes linux.mountLabel: not, as an option, as an attribute of its root. */
enum plan_label { PLAN_LABEL_NONE, PLAN_LABEL_OPTION, PLAN_LABEL_ATTRIBUTE };

struct plan_mount {
    plan_str where; /* "mounts[3]" */
    uint32_t kind;  /* enum plan_mount_kind */
    plan_str type, source, destination;
    plan_str data; /* options of the filesystem, comma-separated */
    uint32_t recursive;
    uint32_t sb_set, sb_clear;               /* superblock flags, as MS_* */
    uint32_t propagation[PLAN_PROPAGATIONS]; /* MS_* with MS_REC; 0 ends the list */
    uint32_t idmap;                          /* enum plan_idmap, by a user namespace: */
    plan_str uid_map, gid_map;               /* one with these maps, */
    plan_str idmap_path;                     /* or the one behind this file */
    uint32_t copy_up;       /* a tmpfs that begins with what the directory below it holds */
    uint32_t label;         /* enum plan_label */
    uint32_t readonly_late; /* "ro" waits until everything is in place */
    uint64_t set, clear, rec_set, rec_clear; /* MOUNT_ATTR_* */
    uint64_t drop;   /* of a bind: goes, too, where no user namespace locks it */
    plan_str inside; /* of a bind: the source, as a path in the container's tree */
    uint32_t own;    /* of a bind: the source is in the state directory, opened by the parent */
};

struct plan_device {
    plan_str where; /* "linux.devices[1]" or "default device" */
    plan_str path;  /* absolute, inside the container */
    uint32_t type;  /* S_IFCHR, S_IFBLK, S_IFIFO */
    uint32_t major, minor, mode, uid, gid;
    uint32_t by_outer;           /* made by outer, as a user namespace can't */
    uint32_t host_uid, host_gid; /* by_outer: uid and gid as the host sees them */
};

struct plan_link {
    plan_str path, target;
};

struct plan_path {
    plan_str where, path;
};

struct plan_sysctl {
    plan_str key, path, value; /* "net.ipv4.ip_forward", "net/ipv4/ip_forward", "1" */
};

struct plan_rlimit {
    plan_str name;
    uint32_t resource;
    uint64_t soft, hard;
};

/* The kernel's struct sched_attr, of SCHED_ATTR_SIZE_VER1 (Linux 5.3) bytes, and its policy's name.
 */
struct plan_scheduler {
    uint32_t size, policy; /* SCHED_* */
    uint64_t flags;        /* SCHED_FLAG_* */
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period; /* nanoseconds */
    uint32_t util_min, util_max;        /* runtime-spec has no values for them */
    plan_str name;
};

enum { PLAN_SCHED_ATTR_SIZE = 56 };

/* A line for resctrl's "schemata". */
struct plan_resctrl_line {
    plan_str where, text;
};

struct plan_hook {
    plan_str where; /* "hooks.createContainer[0]" */
    plan_str path;
    struct plan_list args, env; /* of plan_str */
    uint32_t process_env;       /* 1: the payload's environment instead */
    uint32_t timeout;           /* seconds, 0 = none */
};

/* One value for one file of one cgroup directory; applied by the parent. */
struct plan_cgroup_write {
    uint32_t hierarchy;
    plan_str controller, file, value, where;
    plan_str other_file, other_value; /* written instead where file is missing; may be 0 */
};

/* One of the host's hierarchies, for mounts of type cgroup and for joining. */
struct plan_hierarchy {
    uint32_t v2;
    plan_str name;    /* directory name below the mount: "memory", "unified" */
    plan_str options; /* v1 mount options: "cpu,cpuacct", "none,name=systemd" */
    plan_str dir;     /* the container's directory on the host, 0 without a cgroup */
};

struct plan_caps {
    uint64_t bounding, effective, inheritable, permitted, ambient;
};

struct plan {
    uint32_t magic, version, size;
    uint32_t kind;  /* enum plan_kind */
    uint32_t flags; /* enum plan_flag */

    plan_str id, bundle;
    plan_str rootfs; /* absolute path on the host */

    /* namespaces */
    uint32_t clone_flags;   /* CLONE_NEW* for clone3; cgroup and time may be flags above instead */
    struct plan_list joins; /* struct plan_join */
    uint32_t join_flags;    /* all of joins[].flag */
    plan_str time_offsets;  /* text for timens_offsets */
    plan_str uid_map, gid_map; /* text for uid_map, gid_map: "0 1000 1\n" */
    plan_str hostname, domainname;
    struct plan_list net_devices; /* struct plan_net_device */

    /* filesystem */
    uint32_t host_propagation;   /* MS_SLAVE or MS_PRIVATE: of the copy of the host's mounts */
    uint32_t rootfs_propagation; /* of the container's "/", as configured; 0 = unset */
    struct plan_list mounts;     /* struct plan_mount */
    struct plan_list devices;    /* struct plan_device */
    struct plan_list links;      /* struct plan_link */
    struct plan_list masked, readonly; /* struct plan_path */
    struct plan_list sysctls;          /* struct plan_sysctl */
    plan_str mount_label;              /* SELinux context, for mounts with a plan_label */
    plan_str mount_context;            /* "context", "fscontext", ...: the option that takes it */

    /* hooks that init runs */
    struct plan_list create_container, start_container; /* struct plan_hook */
    plan_str hook_dir;               /* createContainer hooks run here: the bundle, on the host */
    plan_str state_head, state_tail; /* the state JSON around its pid, for those hooks */
    plan_str start_head, start_tail; /* the same with status "created" */

    /* process */
    struct plan_list args, env; /* plan_str */
    plan_str cwd;
    plan_str search_path; /* PATH from env, NULL when args[0] has a slash */
    uint32_t uid, gid;
    struct plan_list groups; /* uint32_t */
    uint32_t umask;
    int32_t oom_score_adj;
    uint32_t io_priority; /* as ioprio_set(2) takes it; 0 = unset */
    uint32_t personality; /* PER_* */
    uint32_t memory_mode; /* MPOL_* and MPOL_F_* */
    plan_str memory_mode_name;
    struct plan_list memory_nodes;             /* uint64_t: bit n % 64 of the n / 64th is node n */
    struct plan_list scheduler;                /* struct plan_scheduler; one at most */
    struct plan_list cpus_initial, cpus_final; /* uint64_t, of CPUs; exec only */
    struct plan_list rlimits;                  /* struct plan_rlimit */
    struct plan_caps caps;
    uint16_t console_height, console_width;

    /* security */
    plan_str apparmor, selinux;
    uint32_t seccomp_flags;
    plan_str listener;        /* socket of the agent that gets the filter's listener; 0 = none */
    struct plan_list seccomp; /* struct sock_filter */
    plan_str keyring;         /* "_ses.ID" */

    /* resctrl; applied by the parent */
    plan_str resctrl_group;         /* directory below the mount, "." for the root; 0 = none */
    struct plan_list resctrl_lines; /* struct plan_resctrl_line */

    /* cgroups; applied by the parent */
    plan_str cgroup_path;
    struct plan_list hierarchies;    /* struct plan_hierarchy, same order as the host's */
    struct plan_list cgroup_writes;  /* struct plan_cgroup_write */
    uint32_t cgroup_owner;           /* host uid, with PLAN_CGROUP_DELEGATED */
    struct plan_list device_program; /* struct bpf_insn */
};

/* With the mount option nsdelegate (systemd's choice) the kernel lets nobody into a cgroup who is
 * in a cgroup namespace that does not show where he comes from: so init joins that namespace when
 * it is in its cgroup. Where a user namespace is made or joined by path, that may have no rights
 * over it any more, and outer does. */
static inline bool plan_joins_cgroup_late(const struct plan *p)
{
    const uint32_t user = 0x10000000 /* CLONE_NEWUSER */, cgroup = 0x02000000 /* CLONE_NEWCGROUP */;

    return (p->join_flags & cgroup) &&
           (p->kind == PLAN_EXEC || !((p->clone_flags | p->join_flags) & user));
}

/* Is its source opened, or the filesystem made, before there is a container? */
static inline bool plan_mount_by_outer(const struct plan_mount *m)
{
    return (m->kind == PLAN_MOUNT_BIND && !m->inside && !m->own) || m->idmap;
}

/* Must somebody hear of init before the payload runs: `start`, who gets the terminal or the pid? */
static inline bool plan_watched(const struct plan *p)
{
    return p->flags & (PLAN_START_BARRIER | PLAN_TERMINAL | PLAN_ANNOUNCED);
}

static inline const char *plan_text(const struct plan *p, plan_str s)
{
    return s ? (const char *)p + s : (const char *)0;
}

static inline const void *plan_items(const struct plan *p, struct plan_list l)
{
    return (const char *)p + l.offset;
}
