// SPDX-License-Identifier: Apache-2.0
/*
 * systemd.h - a container's cgroup as a transient scope of systemd.
 *
 * systemd makes a scope around processes that are there. Ours is davit-bus, which makes the call
 * and stays in the scope until init is inside. Below the scope systemd leaves everything to us
 * (Delegate); on v1 also in the hierarchies that it does not use.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "cgroup/cgroup.h"
#include "config/spec.h"

#include <stdbool.h>
#include <sys/types.h>

/* How long one answer may take, in milliseconds: longer than systemd takes for a host's boot, and
 * than sd-bus' own 25 s, which names the reason. */
enum { SYSTEMD_DEADLINE_MS = 30000 };

/* Of linux.cgroupsPath, "SLICE:PREFIX:NAME" (each may be empty) or NULL. */
struct systemd_unit {
    char *slice; /* malloc'd "a-b.slice" */
    char *name;  /* malloc'd "PREFIX-NAME.scope" */
    char *path;  /* malloc'd "/a.slice/a-b.slice/PREFIX-NAME.scope", below the manager's own */
};

int systemd_unit_parse(const char *cgroups_path, const char *id, bool user,
                       struct systemd_unit *ret, struct err *e);
void systemd_unit_done(struct systemd_unit *u);

/* Properties are words of bus/message.h, appended to a request. */

/* What the limits among writes are called by systemd, as far as it knows them. That way it agrees
 * with what is written directly when it writes its values again (daemon-reload). written: they are
 * in force already, so their values are read from there. */
int systemd_add_limits(struct buf *request, const struct cgroup_writes *writes,
                       const struct cgroup *cg, bool written, struct err *e);

/* Of annotations: org.systemd.property.NAME, the value a GVariant's text ("'x'", "true",
 * "uint64 5", "['a', 'b']"). NAME in seconds (…Sec) is one in microseconds (…USec). */
int systemd_add_annotations(struct buf *request, const struct spec *s, struct err *e);

/* Is the manager that we should ask the user's, not the system's? */
bool systemd_is_user(void);

/* A conversation with systemd. */
struct systemd_bus {
    pid_t pid; /* davit-bus; 0: none */
    int pidfd, sock;
    int deadline_ms;
    bool stuck; /* the deadline has passed once; it is not asked again */
    char *root; /* malloc'd: the manager's cgroup, "" for the system's */
};

/* Starts one. deadline_ms: for each answer, from here on. */
int systemd_open(struct systemd_bus *b, bool user, int deadline_ms, struct err *e);
/* Ends it, and waits until davit-bus has left the scope. */
void systemd_close(struct systemd_bus *b);

/* Starts the scope with davit-bus, and companion (0: nobody), in it. */
int systemd_start(struct systemd_bus *b, const struct systemd_unit *u, const char *id,
                  pid_t companion, const struct buf *properties, struct err *e);
int systemd_set(struct systemd_bus *b, const char *unit, const struct buf *properties,
                struct err *e);
/* Let systemd move a process of the user's, which the user's own rights do not allow. */
int systemd_attach(struct systemd_bus *b, const char *unit, pid_t pid, struct err *e);
/* Unit may be gone already. */
int systemd_stop(struct systemd_bus *b, const char *unit, struct err *e);
