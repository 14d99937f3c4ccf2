// SPDX-License-Identifier: Apache-2.0
/*
 * state.h - what is known of a container on disk.
 *
 * Layout below the root directory (/run/davit; 0700):
 *   ID/state.json    the record, replaced by rename: a reader sees an old or a new one, never half
 *   ID/config.json   the configuration as it was at create; later edits of the bundle's have no
 * effect ID/start         the start barrier's socket; there until the container was started
 *   ID/notify/       what a container with a NOTIFY_SOCKET sees as /run/notify: notify.sock, once
 * it was started .ID.lock         held (OFD lock) by whoever changes ID; outside ID/ so that delete
 * can hold it
 *
 * Write-ahead: a record with phase "creating" and the cgroup's path is on disk before the first
 * effect outside the directory, so delete --force can always finish the job. Nothing is fsynced: no
 * container survives the loss of power.
 */
#pragma once

#include "base/err.h"
#include "cgroup/cgroup.h"
#include "config/spec.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { STATE_VERSION = 1, STATE_ID_MAX = 240 };

#define STATE_NOTIFY_DIR  "notify"
#define STATE_NOTIFY_NAME "notify.sock"

enum state_phase { STATE_CREATING, STATE_CREATED };

/* A process that can't be mistaken for a later one with its number (P14). */
struct state_process {
    pid_t pid;           /* 0: none yet */
    uint64_t start_time; /* clock ticks since boot, /proc/PID/stat field 22 */
    char boot_id[40];
};

struct state_record {
    char *id, *bundle, *rootfs;
    char *created;     /* RFC 3339, UTC */
    char *annotations; /* a JSON object */
    uid_t owner;
    enum state_phase phase;
    struct state_process process;
    uint32_t namespaces; /* CLONE_NEW* that it does not share with its creator */
    bool has_process;    /* process is set in the configuration */
    bool hooks_after;    /* poststart or poststop hooks are in config.json */
    bool no_keyring;
    bool notifies; /* its seccomp filter has a listener, which goes to an agent */
    char *resctrl_dir, *resctrl_monitor; /* absolute, NULL without */
    bool resctrl_own;                    /* resctrl_dir goes with the container */
    struct cgroup cgroup;
    char *unit; /* systemd's, around the cgroup; NULL: none */
    bool unit_of_user;
};

void state_record_done(struct state_record *r);

/* dir.c: directories and locks. Returned descriptors are O_CLOEXEC and the caller's. */
int state_check_id(const char *id, struct err *e);
int state_open_root(const char *root, bool make, struct err *e);
/* ERR_NOT_FOUND with "container 'ID' does not exist". */
int state_open(int rootfd, const char *id, struct err *e);
/* Exclusive mkdir; ERR_EXISTS when the id is in use. */
int state_make(int rootfd, const char *id, struct err *e);
/* Waits (bounded) for whoever changes the id now. */
int state_lock(int rootfd, const char *id, struct err *e);
void state_unlock(int rootfd, const char *id, int lock);
/* Remove ID/ and what davit put there. Missing is fine. */
int state_remove(int rootfd, const char *id, struct err *e);

/* record.c: ID/state.json. Prepared beside it, then put in its place by one rename, so that the
 * second part is cheap. */
int state_prepare(int dirfd, const struct state_record *r, struct err *e);
int state_commit(int dirfd, struct err *e);
int state_read(int dirfd, const char *id, struct state_record *ret, struct err *e);

/* process.c */
int state_process_read(pid_t pid, struct state_process *ret, struct err *e);
/* For saying so; who acts on it needs the pidfd. */
enum process_life {
    PROCESS_GONE,   /* or a zombie */
    PROCESS_CLONED, /* has not executed anything since; init is so until it executes the payload */
    PROCESS_EXECUTED
};
enum process_life state_process_life(const struct state_process *p);
/* A pidfd of exactly that process, -ESRCH when it is gone or a zombie. */
int state_process_open(const struct state_process *p);

/* status.c: "creating", "created", "running", "paused", "stopped". dirfd: ID/. */
const char *state_status(int dirfd, const struct state_record *r);

/* socket.c: ID/start. Paths of any length go through the directory's descriptor (P15). */
int state_barrier_listen(int dirfd, struct err *e);
int state_barrier_connect(int dirfd, struct err *e);
/* ID/notify, and its socket, which everybody may write to who sees the directory: a descriptor that
 * does not block, -ENOENT without the directory. */
int state_notify_make(int dirfd, struct err *e);
int state_notify_listen(int dirfd, struct err *e);
