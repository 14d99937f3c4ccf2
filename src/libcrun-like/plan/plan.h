// SPDX-License-Identifier: Apache-2.0
/*
 * plan.h - from a parsed configuration and facts about the host to a plan. A pure function: it
 * reads no file, asks the kernel nothing and needs no right, so what it decides is tested without
 * root.
 */
#pragma once

#include "base/err.h"
#include "cgroup/cgroup.h"
#include "config/spec.h"
#include "plan/format.h"
#include "plan/rows.h"
#include "resctrl/resctrl.h"
#include "security/seccomp.h"

struct buf;

struct plan_input {
    const struct spec *spec;
    const char *id;
    const char *bundle;                    /* absolute */
    const char *rootfs;                    /* absolute */
    const struct cgroup_host *host;        /* NULL: no cgroups (manager "none") */
    const struct cgroup *cgroup;           /* the container's directories; NULL with host */
    const struct cgroup_writes *writes;    /* may be NULL */
    const struct resctrl_wish *resctrl;    /* NULL without linux.intelRdt */
    const struct seccomp_program *seccomp; /* compiled filter, NULL without one */
    bool rootless;                         /* the caller is not root */
    bool groups_fixed;                     /* the caller's user namespace denies setgroups */
    bool strict;                           /* an unset umask is the caller's */
    bool barrier;                          /* create, not run */
    bool announced;                        /* init's pid or pidfd is handed to somebody */
    bool no_keyring;
    bool no_pivot;
    unsigned listen_fds;      /* sockets that are handed to the process, from descriptor 3 on */
    const char *listen_names; /* their names with colons between; NULL: none */
    const char *notify_dir;   /* where the process' NOTIFY_SOCKET lies; NULL: it gets none */
};

/* A plan to create the container. *ret is one malloc'd block of (*ret)->size bytes. */
int plan_build(const struct plan_input *in, struct plan **ret, struct err *e);

/* A plan to run one more process: container's namespaces from in->spec, the process from process.
 * join_flags are the namespaces that the container does not share with the caller. */
int plan_build_exec(const struct plan_input *in, const struct spec_process *process,
                    uint32_t join_flags, struct plan **ret, struct err *e);

/* What the plan says, for people or (JSON) for programs and golden tests. */
void plan_dump_text(const struct plan *p, struct buf *ret);
void plan_dump_json(const struct plan *p, struct buf *ret);

/* Path without "//", "/./" and a trailing slash, absolute ("a" becomes "/a"). ".." is kept: it is
 * resolved inside the root. In the arena. */
char *plan_clean_path(struct arena *arena, const char *path);
