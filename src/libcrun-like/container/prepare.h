// SPDX-License-Identifier: Apache-2.0
/* prepare.h - everything between a parsed bundle and its plan: host facts, cgroups, filter. */
#pragma once

#include "container/bundle.h"
#include "container/container.h"
#include "container/scope.h"

struct prepared {
    bool has_cgroups; /* manager other than "none" */
    struct cgroup_host host;
    struct cgroup cgroup;
    struct scope scope;
    struct arena arena; /* of writes */
    struct cgroup_writes writes;
    struct resctrl_wish resctrl_wish; /* in the arena */
    struct resctrl_group resctrl;     /* dir NULL without linux.intelRdt */
    const char *notify_dir;           /* in the arena; NULL without a NOTIFY_SOCKET */
    bool has_seccomp;
    struct seccomp_program seccomp;
    struct plan *plan;
};

struct prepare_options {
    const char *id;
    const struct bundle *bundle;
    int rootfd; /* state root, for the filter cache; -1: no cache */
    bool barrier;
    bool announced; /* there is a pid file or a pidfd socket */
    bool no_keyring, no_pivot;
    bool only_plan;      /* nothing outside is asked */
    unsigned listen_fds; /* sockets for the process, as in sd_listen_fds(3) */
    const char *listen_names;
};

/* For create, run and plan. Reads the host, changes nothing but the filter cache. */
int prepare_create(davit_context *c, const struct prepare_options *o, struct prepared *ret,
                   struct err *e);
/* For exec: the container's cgroup comes from its record. */
int prepare_exec(davit_context *c, const struct prepare_options *o, const struct state_record *r,
                 const struct spec_process *process, struct prepared *ret, struct err *e);
void prepared_done(struct prepared *p);

/* The filter of spec, from the cache below rootfd or compiled. */
int prepare_seccomp(const struct spec *s, int rootfd, struct prepared *p, struct err *e);
