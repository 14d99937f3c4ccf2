// SPDX-License-Identifier: Apache-2.0
/* scope.h - a container's scope, for the verbs that have to do with systemd. */
#pragma once

#include "container/container.h"
#include "state/state.h"
#include "systemd/systemd.h"

/* With the systemd cgroup manager: the unit of a container, and a conversation with its manager. */
struct scope {
    struct systemd_unit unit; /* name NULL: none */
    struct systemd_bus bus;
    bool user;
    struct buf properties; /* words of bus/message.h */
    bool started;
};

void scope_done(struct scope *s);

/* Where the container's cgroups are to be, and its properties but for the limits. ask: of systemd,
 * otherwise as if it were the system's on a host. */
int scope_locate(const struct spec *spec, const char *id, const struct cgroup_host *host, bool ask,
                 struct scope *ret, struct cgroup *ret_cg, struct err *e);

/* companion: who goes into the scope along with davit-bus, or 0. */
int scope_start(struct scope *s, const char *id, const struct cgroup *cg,
                const struct cgroup_writes *writes, pid_t companion, struct err *e);

/* Moves outer into a unit of the user's, from where it may clone into the container's cgroup. */
int scope_attach(const struct state_record *r, pid_t outer, struct err *e);

/* Make sure that a recorded unit is gone. */
int scope_stop(const struct state_record *r, struct err *e);

/* Tell systemd of limits that are in force already: of those it knows it writes its own values, so
 * they are to be written once more. */
int scope_update(const struct state_record *r, const struct cgroup *cg,
                 const struct cgroup_writes *writes, struct err *e);
