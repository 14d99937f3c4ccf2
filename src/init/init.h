// SPDX-License-Identifier: Apache-2.0
/*
 * init.h - the sealed executable: what it knows and the handlers of its rows.
 *
 * It runs twice over one table (plan/rows.h): as outer, outside the container with the caller's
 * rights, and as init, the clone, until the payload's execve. It never allocates from a heap,
 * parses JSON or loads a library. A handler is small and knows nothing of other rows; what rows
 * hand to each other stands in struct init.
 */
#pragma once

#include "base/bare.h"
#include "base/err.h"
#include "base/path.h"
#include "plan/format.h"
#include "plan/message.h"
#include "plan/rows.h"

struct init {
    const struct plan *plan;
    struct boot_hello hello;
    struct boot_grants grants;
    bool cloned; /* outer's clone is over: what follows is init's, but for outer's last rows */
    enum row_actor actor;
    unsigned row; /* the row we are in */
    int sync;     /* the conversation with the parent */
    int start;    /* connection of `start`, while the barrier is passed */
    struct boot_trace *trace;
    unsigned umask; /* the caller's; ours is 0 so that modes are exact */

    int rootfs;                  /* root of the container's tree: attached clone, later "/" */
    int *sources;                /* by mount index, or NULL; see mount_source.c */
    int nodes;                   /* a file system of outer's with device nodes, or -1 */
    int *node_trees;             /* by device index: what init cloned from there, or -1 */
    int cgroup_ns;               /* a cgroup namespace to be joined late, or -1 */
    int network;                 /* a network namespace made on suspicion, or -1 */
    int pid;                     /* outer: init's */
    int terminal;                /* the payload's side of the pty */
    int procfs;                  /* a procfs that nobody could put a mount over (P5) */
    int apparmor_fd, selinux_fd; /* attr/exec, open until the label is written */
    bool setgroups_denied;
    char executable[PATH_LENGTH_MAX];
    char home[PATH_LENGTH_MAX]; /* "HOME=/root" */
    char listen_pid[24];        /* "LISTEN_PID=1" */
};

/* Row handlers: 0, or a negative errno with *e filled. */
#define INIT_HANDLER(id, name, actor, when) int row_##id(struct init *in, struct err *e);
BOOT_ROWS(INIT_HANDLER)
int row_join_container(struct init *in, struct err *e);
int row_cpus_initial(struct init *in, struct err *e);
int row_cpus_final(struct init *in, struct err *e);

/* Walk the table. Returns 0 for outer at its end; a negative errno on failure, which was reported.
 */
int init_walk(struct init *in);

/* Note the current row in the timeline, if one is kept. */
void init_trace(struct init *in, uint64_t begin_ns);

/* conversation.c */
int init_receive_hello(struct init *in, struct err *e);
int init_send(struct init *in, enum boot_message message, int32_t value, int fd,
              const struct err *why);
int init_send_packet(int sock, void *packet, size_t size, int fd); /* fd: -1 for none */
int init_ask_parent(struct init *in, struct err *e);               /* sends TURN, waits for DONE */
int init_await_done(struct init *in, struct err *e); /* takes the DONE of a row done ahead */
void init_report(struct init *in, const struct err *e);

/* nodes.c: the detached tree of the node that outer made for devices[index], the caller's to close,
 * or a negative errno. dir is any directory of the container's tree. */
int nodes_take(struct init *in, uint32_t index, int dir);

/* namespace.c: make the network namespace that the plan will probably ask for. */
void network_prepare(struct init *in);

/* mount_attach.c: what several rows do with mounts. */
struct mount_new {
    const char *type, *source, *data, *destination; /* source and data may be NULL */
    uint64_t attributes;                            /* MOUNT_ATTR_* */
    uint32_t sb_set, sb_clear;                      /* MS_* */
    const char *label_option, *label;               /* "context" and what it is, or NULL */
};

int mount_set(int fd, uint64_t set, uint64_t clear, uint64_t propagation, bool recursive);
/* The same where /proc is the container's: path is another way to call the mount. */
int mount_set_at(int fd, const char *path, uint64_t set, uint64_t clear, uint64_t propagation,
                 bool recursive);
bool mount_is_directory(int fd);
int mount_onto(int tree, int target);
int mount_clone(int dirfd, const char *path, bool recursive);
int mount_filesystem(struct init *in, const struct mount_new *m, int target, struct err *e);
int mount_detached(const struct mount_new *m); /* not anywhere yet; the new interface only */
int mount_change(int fd, const struct mount_new *m, struct err *e); /* its superblock */

unsigned long mount_flags(int fd); /* of the mount whose root fd is, as ST_* of statvfs(3) */

/* mount.c: where a mount goes, made when missing as what the source is; attributes (not where they
 * were given to a new filesystem), those of the tree and propagation. */
int mount_target(struct init *in, const struct plan_mount *m, enum path_make what, struct err *e);
int mount_set_all(struct init *in, const struct plan_mount *m, int fd, bool attributes,
                  struct err *e);

/* mount_bind.c: a bind of a source, *from_outer if outer opened it; of a detached tree. */
int bind_mount(struct init *in, const struct plan_mount *m, int *from_outer, struct err *e);
int bind_attach(struct init *in, const struct plan_mount *m, int tree, struct err *e);

/* mount_source.c: what the plan says about a filesystem, and the mounts that are held open. */
struct mount_new mount_new_of(const struct init *in, const struct plan_mount *m);
const char *mount_tmpfs_data(int root, const struct mount_new *m, char *room, size_t size);
int sources_make(struct init *in, struct err *e);

/* move_root.c: the rootfs, in which we are, takes the place of "/" where pivot_root can't. */
int move_root(struct init *in, struct err *e);

/* copy_up.c: what the directory from holds, into the tmpfs with the root to and these options. */
int copy_up(int from, int to, const char *data, struct err *e);

/* identity.c: all permitted capabilities become effective, and back. */
long identity_raise(uint64_t *ret_before);
long identity_lower(uint64_t before);

/* proc.c: keys and keyrings made until execve get the process' SELinux label, if it has one. */
int label_new_keys(const struct init *in, struct err *e);

/* process.c: descriptors from first on are closed by the next execve. */
void descriptors_hide(unsigned first);

/* process.c: the payload's environment with the home that was found and, for sockets that are
 * handed on, the payload's pid; NULL without memory. */
char **init_environment(struct init *in, int pid);

/* vector.c: a NULL-terminated array of the list's strings with room for extra more; NULL without
 * memory. */
char **vector_make(const struct plan *p, struct plan_list strings, unsigned extra);
long vector_map(unsigned long size); /* anonymous memory, or a negative errno */

static inline const char *init_text(const struct init *in, plan_str s)
{
    return plan_text(in->plan, s);
}
