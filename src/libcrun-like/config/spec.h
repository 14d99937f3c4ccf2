// SPDX-License-Identifier: Apache-2.0
/*
 * spec.h - config.json as typed structs: the shape of runtime-spec 1.3.0 for Linux, nothing
 * decided.
 *
 * Everything hangs in one arena; strings and arrays live as long as the struct spec. An absent
 * string is NULL, an absent array has count 0, an absent number has its has_ flag false. Names
 * follow the specification in snake_case.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct spec_strings {
    char **items;
    size_t count;
};

struct spec_opt_i64 {
    bool has;
    int64_t value;
};

struct spec_opt_u64 {
    bool has;
    uint64_t value;
};

struct spec_key_value {
    char *key, *value;
};

/* CPUs or memory nodes: bit n % 64 of words[n / 64] stands for n. No words: an empty list. */
struct spec_numbers {
    uint64_t *words;
    size_t count;
};

/* process.scheduler */
struct spec_scheduler {
    bool has;
    char *policy_name;
    uint32_t policy;                    /* SCHED_* */
    int32_t nice, priority;             /* priority: 1 to 99 for SCHED_FIFO and SCHED_RR, else 0 */
    uint64_t flags;                     /* SCHED_FLAG_* */
    uint64_t runtime, deadline, period; /* nanoseconds, of SCHED_DEADLINE; otherwise 0 */
};

/* process.ioPriority */
struct spec_io_priority {
    bool has;
    uint32_t class_; /* IOPRIO_CLASS_* */
    uint32_t level;  /* 0, the highest, to 7 */
};

/* process.execCPUAffinity: for exec only */
struct spec_exec_affinity {
    struct spec_numbers initial, final;
};

/* process.rlimits[]; type is resolved to RLIMIT_* */
struct spec_rlimit {
    char *type;
    int resource;
    uint64_t soft, hard;
};

/* process.capabilities: bit masks by capability number. Unknown names are warnings, not errors. */
struct spec_capabilities {
    uint64_t bounding, effective, inheritable, permitted, ambient;
};

struct spec_process {
    bool terminal;
    struct {
        uint16_t height, width;
    } console_size;
    struct {
        uint32_t uid, gid;
        struct spec_opt_u64 umask;
        uint32_t *additional_gids;
        size_t additional_gid_count;
    } user;
    struct spec_strings args, env;
    char *cwd;
    struct spec_capabilities capabilities; /* absent object: all zero */
    struct spec_rlimit *rlimits;
    size_t rlimit_count;
    bool no_new_privileges;
    char *apparmor_profile, *selinux_label;
    struct spec_opt_i64 oom_score_adj;
    struct spec_scheduler scheduler;
    struct spec_io_priority io_priority;
    struct spec_exec_affinity exec_affinity;
};

struct spec_id_mapping {
    uint32_t container_id, host_id, size;
};

/* mounts[]; options are kept as written, mount/options.c gives them meaning */
struct spec_mount {
    char *destination; /* as written; a relative one is relative to "/" (1.2.0, deprecated) */
    char *type, *source;
    struct spec_strings options;
    struct spec_id_mapping *uid_mappings, *gid_mappings; /* both or none */
    size_t uid_mapping_count, gid_mapping_count;
};

/* hooks.<kind>[]; timeout in seconds, 0 = none */
struct spec_hook {
    char *path;
    struct spec_strings args, env;
    bool has_env;
    uint32_t timeout;
};

enum spec_hook_kind {
    HOOK_PRESTART,
    HOOK_CREATE_RUNTIME,
    HOOK_CREATE_CONTAINER,
    HOOK_START_CONTAINER,
    HOOK_POSTSTART,
    HOOK_POSTSTOP,
    HOOK_KINDS,
};

struct spec_hooks {
    struct {
        struct spec_hook *items;
        size_t count;
    } kind[HOOK_KINDS];
};

/* linux.namespaces[]; flag is the CLONE_NEW* bit of type */
struct spec_namespace {
    uint32_t flag;
    char *path; /* NULL: a new one */
};

/* linux.devices[]; type is S_IFCHR, S_IFBLK or S_IFIFO */
struct spec_device {
    char *path;
    uint32_t type;
    int64_t major, minor;
    struct spec_opt_u64 file_mode;
    uint32_t uid, gid;
};

/* linux.resources.devices[]; type 'a', 'b' or 'c'; major/minor -1 = any; access bits below */
enum { DEVICE_READ = 1, DEVICE_WRITE = 2, DEVICE_MKNOD = 4 };

struct spec_device_rule {
    bool allow;
    char type;
    int64_t major, minor;
    uint32_t access;
};

/* blockIO.weightDevice[]; weights 10 to 1000, 0 is as good as absent */
struct spec_device_weight {
    int64_t major, minor;
    struct spec_opt_u64 weight, leaf_weight;
};

/* blockIO.throttle*Device[]; bytes or operations per second */
struct spec_device_rate {
    int64_t major, minor;
    uint64_t rate;
};

enum spec_throttle {
    THROTTLE_READ_BPS,
    THROTTLE_WRITE_BPS,
    THROTTLE_READ_IOPS,
    THROTTLE_WRITE_IOPS,
    THROTTLE_KINDS,
};

/* hugepageLimits[]; page_size is "2MB" and the like, limit in bytes */
struct spec_huge_page_limit {
    char *page_size;
    uint64_t limit;
};

/* network.priorities[] */
struct spec_priority {
    char *name;
    uint32_t priority;
};

/* rdma.<device>; at least one of the two is set */
struct spec_rdma_limit {
    char *device;
    struct spec_opt_u64 handles, objects;
};

struct spec_resources {
    bool changes; /* to limits that stand (update): 0 takes back what 0 else says nothing about */
    struct spec_device_rule *devices;
    size_t device_count;
    struct {
        struct spec_opt_i64 limit, reservation, swap; /* bytes, -1 = unlimited */
        struct spec_opt_i64 kernel, kernel_tcp;       /* the same */
        struct spec_opt_u64 swappiness;
        bool disable_oom_killer, use_hierarchy, check_before_update;
    } memory;
    struct {
        struct spec_opt_u64 shares, period, realtime_period; /* period in microseconds */
        struct spec_opt_u64 burst;                           /* microseconds */
        struct spec_opt_i64 quota, realtime_runtime;         /* microseconds, -1 = unlimited */
        struct spec_opt_u64 idle;                            /* 0 or 1 */
        char *cpus, *mems;                                   /* lists like "0-3,7" */
    } cpu;
    struct {
        struct spec_opt_u64 weight, leaf_weight;
        struct spec_device_weight *device_weights;
        size_t device_weight_count;
        struct {
            struct spec_device_rate *items;
            size_t count;
        } throttle[THROTTLE_KINDS];
    } block_io;
    struct spec_huge_page_limit *huge_pages;
    size_t huge_page_count;
    struct {
        uint32_t class_id; /* 0: none */
        struct spec_priority *priorities;
        size_t priority_count;
    } network;
    struct spec_opt_i64 pids_limit; /* 0 is a limit of none, -1 = max */
    struct spec_rdma_limit *rdma;
    size_t rdma_count;
    struct spec_key_value *unified; /* file and value in the v2 directory */
    size_t unified_count;
};

/* linux.seccomp */
enum spec_seccomp_action {           /* numbers are ours, not the kernel's */
                           ACT_KILL, /* SCMP_ACT_KILL and SCMP_ACT_KILL_THREAD */
                           ACT_KILL_PROCESS,
                           ACT_TRAP,
                           ACT_ERRNO,
                           ACT_TRACE,
                           ACT_ALLOW,
                           ACT_LOG,
                           ACT_NOTIFY,
};

struct spec_seccomp_arg {
    uint32_t index;
    uint64_t value, value_two;
    int op; /* enum scmp_compare, as libseccomp numbers it: NE=1 LT LE EQ GE GT MASKED_EQ=7 */
};

struct spec_seccomp_rule {
    struct spec_strings names;
    enum spec_seccomp_action action;
    struct spec_opt_u64 errno_ret;
    struct spec_seccomp_arg *args;
    size_t arg_count;
};

struct spec_seccomp {
    enum spec_seccomp_action default_action;
    struct spec_opt_u64 default_errno_ret;
    struct spec_strings architectures; /* "SCMP_ARCH_X86_64", ... as written */
    uint32_t flags; /* SECCOMP_FILTER_FLAG_LOG, _SPEC_ALLOW, _WAIT_KILLABLE_RECV */
    bool has_flags; /* absent flags mean SPEC_ALLOW, as runc and crun do */
    struct spec_seccomp_rule *rules;
    size_t rule_count;
    bool notifies;       /* some action is ACT_NOTIFY; then there is a listener_path */
    bool refuse_unknown; /* names that libseccomp does not know are an error */
    char *listener_path; /* absolute */
    char *listener_metadata;
};

struct spec_time_offset {
    bool has;
    int64_t secs;
    uint32_t nanosecs;
};

/* linux.personality */
struct spec_personality {
    bool has;
    uint32_t domain; /* PER_LINUX, PER_LINUX32 */
};

/* linux.memoryPolicy */
struct spec_memory_policy {
    bool has;
    char *mode_name;
    uint32_t mode;  /* MPOL_* */
    uint32_t flags; /* MPOL_F_* */
    struct spec_numbers nodes;
};

enum spec_propagation { /* linux.rootfsPropagation, as MS_* flags without MS_REC; 0 = unset */
                        PROPAGATION_UNSET = 0,
};

/* linux.intelRdt */
struct spec_intel_rdt {
    bool has;
    char *clos_id; /* "/" is the default class; NULL: the container's own */
    char *l3_cache_schema, *mem_bw_schema;
    struct spec_strings schemata;
    bool monitoring;
};

/* linux.netDevices: by name on the host; in the container the same name unless another is given,
 * which may end with "%d" */
struct spec_net_device {
    char *host, *name;
};

struct spec_linux {
    struct spec_namespace *namespaces;
    size_t namespace_count;
    struct spec_id_mapping *uid_mappings, *gid_mappings;
    size_t uid_mapping_count, gid_mapping_count;
    struct spec_time_offset boottime, monotonic;
    struct spec_device *devices;
    size_t device_count;
    char *cgroups_path;
    bool has_resources;
    struct spec_resources resources;
    struct spec_key_value *sysctl;
    size_t sysctl_count;
    struct spec_seccomp *seccomp; /* NULL: no filter */
    uint32_t rootfs_propagation;  /* MS_SHARED, MS_SLAVE, MS_PRIVATE, MS_UNBINDABLE, 0 = unset */
    struct spec_strings masked_paths, readonly_paths;
    char *mount_label;
    struct spec_net_device *net_devices;
    size_t net_device_count;
    struct spec_intel_rdt intel_rdt;
    struct spec_personality personality;
    struct spec_memory_policy memory_policy;
};

struct spec {
    struct arena arena;
    char *oci_version;
    bool has_process;
    struct spec_process process;
    char *root_path; /* as written, absolute or relative to the bundle */
    bool root_readonly;
    char *hostname, *domainname;
    struct spec_mount *mounts;
    size_t mount_count;
    struct spec_hooks hooks;
    struct spec_key_value *annotations;
    size_t annotation_count;
    struct spec_linux linux_;     /* "linux" is a predefined macro in gnu17 */
    struct spec_strings warnings; /* one line each, to be logged by the caller */
};

/*
 * Parse a whole config.json. text need not be NUL-terminated. On success *ret owns everything and
 * is released by spec_free(); on failure *ret is untouched and e->text starts with the JSON path
 * ("process.rlimits[2].soft must be an unsigned integer").
 */
int spec_parse(const char *text, size_t len, struct spec **ret, struct err *e);
void spec_free(struct spec *s);
void spec_freep(struct spec **s);

/* Read and parse dirfd/config.json: a regular file of at most 16 MiB. */
int spec_load(int bundle_dirfd, const char *name, struct spec **ret, struct err *e);

/* Parse one process object (exec --process). Same rules and ownership; only ->process is filled. */
int spec_parse_process(const char *text, size_t len, struct spec **ret, struct err *e);

/* linux.namespaces[] of this CLONE_NEW* bit, NULL when it is not listed. */
const struct spec_namespace *spec_namespace(const struct spec *s, uint32_t flag);

/* annotations[key], NULL when absent. */
const char *spec_annotation(const struct spec *s, const char *key);

/* Parse one linux.resources object, for update. Same rules and ownership; only ->linux_.resources
 * is filled, as changes. */
int spec_parse_resources(const char *text, size_t len, struct spec **ret, struct err *e);

/* Parse an object whose "mounts" is as in config.json, into mounts of a spec without the rest. */
int spec_parse_mounts(const char *text, size_t len, struct spec **ret, struct err *e);

/* The id -1 is the kernel's "no change" and never a user. */
static inline bool spec_id_valid(uint64_t id)
{
    return id < UINT32_MAX;
}
