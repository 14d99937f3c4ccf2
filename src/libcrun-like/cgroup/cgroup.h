// SPDX-License-Identifier: Apache-2.0
/*
 * cgroup.h - where a container's cgroups are, what is written into them, and how they come and go.
 *
 * Hosts: v2 only; v1 only; hybrid (v1 controllers plus a v2 tree which may hold some controllers).
 * A container has one directory in every hierarchy. Three steps keep the kernel out of the
 * decisions: cgroup_host_read()  what this host has           (reads /proc/self/{mountinfo,cgroup},
 * or one statfs on v2) cgroup_locate()     which directories            (pure) cgroup_compile()
 * which files get which values (pure) and the rest acts: make, apply, join, kill, remove. All file
 * access below a cgroup directory is by openat2(RESOLVE_BENEATH|NO_SYMLINKS|NO_XDEV) relative to
 * its fd (P13).
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "config/spec.h"

#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { CGROUP_HIERARCHIES_MAX = 16 };

/* One mounted hierarchy. */
struct cgroup_hierarchy {
    bool v2;
    char *mount;       /* "/sys/fs/cgroup/memory" */
    char *controllers; /* ",cpu,cpuacct," or ",name=systemd,"; v2: cgroup.controllers as ",hugetlb,"
                        */
    char *own;         /* the calling process's path in it, from /proc/self/cgroup */
};

struct cgroup_host {
    struct arena arena;
    struct cgroup_hierarchy h[CGROUP_HIERARCHIES_MAX];
    unsigned count;
    int v2; /* index of the v2 hierarchy, or -1 */
};

int cgroup_host_read(struct cgroup_host *ret, struct err *e);
void cgroup_host_done(struct cgroup_host *h);

/* The hierarchy that holds a controller, by the name that it has there (NULL: it is not looked
 * for); -1: none does. */
int cgroup_find_controller(const struct cgroup_host *host, const char *on_v1, const char *on_v2);

/* Files to be written, in order. For a device program on v2 see devices. Lives in the arena passed.
 */
struct cgroup_write {
    unsigned hierarchy;     /* index into cgroup_host.h */
    const char *controller; /* "memory": must be enabled in the parent on v2 */
    const char *file, *value;
    const char *where; /* "linux.resources.memory.limit" */
    bool optional;     /* nobody asked for it by name: a refusal by the kernel is no error */

    const char *other_file, *other_value; /* written instead where file is missing; may be NULL */
    bool behind_first; /* value goes behind the first word of what the file holds */
    bool if_there;     /* where file is missing, nothing is: that is no error */
    bool kept;         /* read back, as some kernels take the number and do without it */
    const char *usage; /* file with what is in use: a value below is an error; may be NULL */
};

struct cgroup_writes {
    struct cgroup_write *items;
    size_t count;
    struct bpf_insn *device_insns; /* v2: the device program; NULL if no rule asks for one */
    size_t device_insn_count;
    bool no_device_program; /* v2: a program that was attached for older rules goes */
};

/* Spell resources for this host. Refuses what the host can't hold (a v1-only field on v2, a limit
 * whose controller is nowhere) with an error that names the field. Adds the default device rules
 * that runtime-spec asks for (default devices stay usable) whenever device rules are given. */
int cgroup_compile(const struct spec_resources *r, const struct cgroup_host *host,
                   struct arena *arena, struct cgroup_writes *ret, struct err *e);

/* The first limit, device rules aside, that resources ask for, as "linux.resources.memory.limit";
 * NULL if they ask for none. */
const char *cgroup_compile_asked(const struct spec_resources *r);

/* A container's directories: absolute paths, one per hierarchy, same index as host. */
struct cgroup {
    char *dirs[CGROUP_HIERARCHIES_MAX]; /* malloc'd; NULL where the container has none */
    bool v2[CGROUP_HIERARCHIES_MAX];
    bool freezer[CGROUP_HIERARCHIES_MAX]; /* v1 hierarchy that can freeze */
    unsigned count;
    unsigned made[CGROUP_HIERARCHIES_MAX]; /* how many trailing path components cgroup_make() made
                                              itself */

    /* Known after cgroup_locate() only, a record does not have them; cgroup_make() needs them. */
    size_t mount_len[CGROUP_HIERARCHIES_MAX]; /* the mount's share of dirs[i], in bytes */
    bool cpuset[CGROUP_HIERARCHIES_MAX]; /* v1 hierarchy whose new directories need cpus and mems */
    bool given;                          /* systemd made it, and davit-bus is in it */
    char *controllers;                   /* malloc'd: what the v2 tree can enable, as ",hugetlb," */
};

/* cgroups_path as in linux.cgroupsPath (config-linux.md, "Cgroups Path"): absolute is relative to
 * the mounts, relative is below the caller's own cgroup, NULL is "/davit-ID". ".." is refused. */
int cgroup_locate(const struct cgroup_host *host, const char *cgroups_path, const char *id,
                  struct cgroup *ret, struct err *e);
void cgroup_done(struct cgroup *cg);

/* mkdir -p in every hierarchy; on v2 enables all available controllers on the way down (a failure
 * is an error only for the ones that writes need); on v1 initialises cpuset.cpus/mems from the
 * parent. A leaf that exists and holds processes is refused (SEC-56). Undoes its own mkdirs on
 * failure. */
int cgroup_make(struct cgroup *cg, const struct cgroup_writes *writes, struct err *e);
int cgroup_apply(const struct cgroup *cg, const struct cgroup_writes *writes, struct err *e);

/* The same where older values stand: all of the writes, or none of them. Writes of device rules for
 * v1 are narrowed down to the difference from the rules in force. */
int cgroup_update(const struct cgroup *cg, const struct cgroup_writes *writes, struct err *e);

/* What a file of the container's cgroup in a hierarchy says: at most size - 1 bytes, without the
 * last newline. Returns the length or -errno. */
int cgroup_read(const struct cgroup *cg, unsigned hierarchy, const char *file, char *ret,
                size_t size);

/* The directories of a record in the order of host, whose mounts may be others by now: ret->dirs
 * are recorded's strings, so ret is not for cgroup_done(). */
void cgroup_match(const struct cgroup *recorded, const struct cgroup_host *host,
                  struct cgroup *ret);

/* Make uid the owner of the v2 directory and of those files in it that the kernel declares safe to
 * give away (config-linux.md, "Cgroup ownership"). */
int cgroup_delegate(const struct cgroup *cg, uid_t uid, struct err *e);

/* Which sub-cgroups exec is to join: wishes (NULL-terminated, "PATH" for all hierarchies or
 * "CONTROLLER,...:PATH" for those of the controllers) by hierarchy of cg. ret: NULL where the
 * container's own cgroup will do. The paths are borrowed from wishes and not looked at. */
int cgroup_below(const struct cgroup *cg, const struct cgroup_host *host, const char *const *wishes,
                 const char *ret[CGROUP_HIERARCHIES_MAX], struct err *e);

/* For joining: *ret_v2 is a directory fd for CLONE_INTO_CGROUP (-1 if there is no v2 tree),
 * ret_procs gets O_WRONLY fds of the v1 hierarchies' tasks (the joining thread writes "0"). All
 * O_CLOEXEC; caller closes. below: sub-cgroups to join instead, by hierarchy, NULL for none; they
 * are resolved beneath the container's own and must exist. */
int cgroup_open_join(const struct cgroup *cg, const char *const *below, int *ret_v2,
                     int ret_procs[CGROUP_HIERARCHIES_MAX], unsigned *ret_count, struct err *e);

/* Send sig to every process in the cgroup and below. SIGKILL uses cgroup.kill where there is one,
 * and thaws v1 freezers so that it is taken. */
int cgroup_kill(const struct cgroup *cg, int sig, struct err *e);

/* Remove the directories, sub-cgroups first, waiting (at most timeout_ms) for dying processes.
 * Missing ones are fine. ERR_BUSY when something still lives there. Also removes the parents that
 * this container made (cg->made) when they are empty. */
int cgroup_remove(const struct cgroup *cg, int timeout_ms, struct err *e);

/* pids in the cgroup and below, malloc'd. */
int cgroup_pids(const struct cgroup *cg, pid_t **ret, size_t *ret_count, struct err *e);
/* Freezing waits (bounded) until everything has stopped, else it is undone and ERR_BUSY. */
int cgroup_freeze(const struct cgroup *cg, bool on, struct err *e);
/* *ret: true when the cgroup is frozen (or freezing). */
int cgroup_frozen(const struct cgroup *cg, bool *ret, struct err *e);

/* What the container uses, as a JSON object of runc's events. What a host does not count is left
 * out. cg: of cgroup_match(). */
struct buf;
int cgroup_stats(const struct cgroup_host *host, const struct cgroup *cg, struct buf *ret,
                 struct err *e);

/* Hearing of the container's processes being killed for want of memory, without asking. */
struct cgroup_oom {
    int fd;       /* for poll(); -1: no memory limits */
    short events; /* what to wait for: a file of cgroupfs is always ready to be read */
    int file;     /* the file that tells more */
    bool v2;
    uint64_t seen; /* v2: kills so far */
};

int cgroup_oom_open(const struct cgroup_host *host, const struct cgroup *cg, struct cgroup_oom *ret,
                    struct err *e);
/* Whether it has happened since the last call. Never waits. */
bool cgroup_oom_happened(struct cgroup_oom *oom);
void cgroup_oom_done(struct cgroup_oom *oom);

/* The record in state.json: an array of "made:kind:path" strings (kind: v1, freezer, v2; null where
 * there is no directory) as JSON text, and back. */
void cgroup_write_json(const struct cgroup *cg, struct buf *b);
struct json_object;
int cgroup_read_json(struct json_object *array, struct cgroup *ret, struct err *e);
