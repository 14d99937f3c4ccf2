// SPDX-License-Identifier: Apache-2.0
/*
 * spec.h - what a bundle's config.json is going to say, runtime-spec config.md.
 *
 * Filled in three steps, each of which may change what the one before said: spec_defaults() (the
 * hardened profile), spec_from_image() (image-spec conversion.md), and the user's options. Written
 * by spec_write(). All texts live in the spec's arena or with its caller.
 */
#pragma once

#include "base/account.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "lade/user/own_ids.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Grows in the arena. */
struct texts {
    const char **items;
    size_t count, room;
};

struct spec_mount {
    const char *destination, *type, *source; /* type, source: NULL when there is none */
    struct texts options;
};

struct spec_device {
    const char *path;
    char type; /* 'c', 'b', 'p' */
    int64_t major, minor;
    uint32_t mode, uid, gid;
    const char *access; /* of "rwm" */
};

struct spec_pair {
    const char *name, *value;
};

struct spec_rlimit {
    const char *type; /* "RLIMIT_NOFILE" */
    uint64_t soft, hard;
};

enum spec_stage {
    STAGE_CREATE_RUNTIME,
    STAGE_CREATE_CONTAINER,
    STAGE_START_CONTAINER,
    STAGE_POSTSTART,
    STAGE_POSTSTOP,
    STAGE_PRESTART, /* deprecated, and still written by vendors */
    STAGE_COUNT,
};

struct spec_hook {
    enum spec_stage stage;
    const char *path;
    struct texts args, env;
    int64_t timeout; /* seconds; 0: none */
};

struct spec_limits {
    int64_t memory, memory_swap;   /* bytes; 0: none, memory_swap -1: without limit */
    int64_t cpu_quota, cpu_period; /* µs; 0: none */
    int64_t pids;                  /* 0: none, -1: without limit */
    const char *cpuset_cpus;       /* NULL: none */
};

enum spec_seccomp { SECCOMP_PROFILE, SECCOMP_OFF, SECCOMP_CUSTOM };

/* Namespaces that the container does not share with its caller. Mount is always among them. */
enum spec_namespace {
    SPEC_NS_PID = 1,
    SPEC_NS_NETWORK = 2,
    SPEC_NS_IPC = 4,
    SPEC_NS_UTS = 8,
    SPEC_NS_CGROUP = 16,
};

struct spec {
    struct arena *arena;
    struct texts args, env;
    const char *cwd;
    struct account user;
    uint32_t *groups;
    size_t group_count;
    bool terminal, no_new_privileges;
    uint64_t caps;
    struct spec_rlimit *rlimits;
    size_t rlimit_count, rlimit_room;
    const char *hostname;
    const char *root; /* root.path */
    bool read_only;
    unsigned namespaces;
    const char *network_path; /* NULL: a new one if namespaces has it */
    struct spec_mount *mounts;
    size_t mount_count, mount_room;
    struct spec_device *devices;
    size_t device_count, device_room;
    struct spec_hook *hooks;
    size_t hook_count, hook_room;
    struct spec_limits limits;
    struct texts masked, read_only_paths;
    enum spec_seccomp seccomp;
    const char *seccomp_text;      /* SECCOMP_CUSTOM: the JSON object */
    bool no_cgroup;                /* nothing is asked of a cgroup that the user does not ask for */
    const struct own_ids *own_ids; /* NULL, or a user namespace with these */
    const char *apparmor_profile, *selinux_label;
    struct spec_pair *annotations;
    size_t annotation_count, annotation_room;
};

/* All return -ENOMEM with *e filled. */
int texts_add(struct arena *a, struct texts *t, const char *text, struct err *e);
/* The parts of a text, copied; n separators give n + 1 of them. */
int texts_split(struct arena *a, struct texts *t, const char *text, char separator, struct err *e);
int spec_add_mount(struct spec *s, const struct spec_mount *m, struct err *e);
int spec_add_device(struct spec *s, const struct spec_device *d, struct err *e);
int spec_add_hook(struct spec *s, const struct spec_hook *h, struct err *e);
int spec_add_rlimit(struct spec *s, const struct spec_rlimit *r, struct err *e);

/* "createRuntime" and the like; ERR_INVALID for others. */
int spec_hook_stage(const char *name, enum spec_stage *ret, struct err *e);
const char *spec_stage_name(enum spec_stage stage);

/* Set or replace. */
int spec_set_env(struct spec *s, const char *assignment, struct err *e);
int spec_set_annotation(struct spec *s, const char *name, const char *value, struct err *e);

/* The value of a variable of the container, or NULL. */
const char *spec_env(const struct spec *s, const char *name);
const char *spec_annotation(const struct spec *s, const char *name);

/* The mount there, the last one of several, or NULL. */
struct spec_mount *spec_mount_at(struct spec *s, const char *destination);

/* The profile that is documented in lade-bundle(1), "DEFAULTS". */
int spec_defaults(struct spec *s, struct err *e);

/* Change the profile to what a user without privileges can have. */
int spec_for_user(struct spec *s, bool host_network, struct err *e);
/* Whether the user of the container is among the ids that there are; other groups are left out
 * where they can't be set. */
int spec_check_user(struct spec *s, struct err *e);

/* Append config.json. */
void spec_write(const struct spec *s, struct buf *b);
