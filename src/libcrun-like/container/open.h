// SPDX-License-Identifier: Apache-2.0
/* open.h - an existing container, found by id. */
#pragma once

#include "container/bundle.h"
#include "container/container.h"

struct found {
    davit_context *context;
    const char *id;
    int rootfd, dirfd, lock;
    bool record_read;
    bool forced; /* delete: what can't be had is only told */
    struct state_record record;
};

/* lock: wait for whoever changes the container and keep others out. Fails when the container or its
 * record can't be read; with tolerate_damage only when the directory is not there. */
int found_open(davit_context *c, const char *id, bool lock, bool tolerate_damage, struct found *ret,
               struct err *e);
void found_done(struct found *f);

/* An error for a container that was made without a cgroup manager. */
int found_check_cgroups(const struct found *f, struct err *e);
/* A pidfd of the container's process. When it has ended: ERR_BAD_STATE, "container not running". */
int found_process(struct found *f, struct err *e);

/* Its root directory as O_PATH, for looking things up inside; -errno with *e filled. */
int found_open_root(struct found *f, struct err *e);

/* poststart or poststop hooks from the stored configuration, with the given status and pid. */
int found_run_hooks(struct found *f, const struct spec *s, enum spec_hook_kind kind,
                    const char *status, struct err *e);

/* The container's directories in resctrl, borrowed from the record. */
static inline struct resctrl_group record_resctrl(const struct state_record *r)
{
    return (struct resctrl_group){ r->resctrl_dir, r->resctrl_monitor, r->resctrl_own };
}

#define auto_found __attribute__((__cleanup__(found_done))) struct found
