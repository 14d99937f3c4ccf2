// SPDX-License-Identifier: Apache-2.0
/* prepare.h - what a directory needs before cgroups can be made in it, or before tasks can join it.
 */
#pragma once

#include "cgroup/cgroup.h"

/* One hierarchy of a container while its directories are being made. */
struct making {
    struct cgroup *cg;
    const struct cgroup_writes *writes; /* may be NULL */
    unsigned i;
    size_t done;         /* bytes of the path that the directory at hand has */
    char available[512]; /* v2: what the directory at hand can enable, ",memory,pids," */
};

/* v2: enable for the children of dirfd all controllers that can be. What can't be is an error if a
 * write needs it, and is taken out of available otherwise. v1: nothing. */
int cgroup_prepare_children(struct making *m, int dirfd, struct err *e);

/* v1 cpuset: give an empty directory its parent's cpus and memory nodes; no task can join without.
 */
int cgroup_prepare_cpuset(struct making *m, int parent, int dirfd, struct err *e);

/* Whether cgroups can be made in an existing directory at once, without a look at the ones above
 * it. */
bool cgroup_prepare_is_done(struct making *m, int dirfd);
