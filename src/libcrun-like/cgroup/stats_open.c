// SPDX-License-Identifier: Apache-2.0
/* stats_open.c - where the files about usage are; apart, so that a test can have them elsewhere. */
#include "cgroup/stats.h"

#include "cgroup/dir.h"

int stats_open(const struct stats *s, const char *on_v1, const char *on_v2, bool *ret_v2)
{
    int i = cgroup_find_controller(s->host, on_v1, on_v2), fd;

    if (i < 0 || !s->cg->dirs[i])
        return -1;
    fd = cgroup_dir_open(s->cg->dirs[i]);
    *ret_v2 = s->cg->v2[i];
    return fd < 0 ? -1 : fd;
}

int stats_open_v2(const struct stats *s)
{
    int i = s->host->v2, fd;

    if (i < 0 || !s->cg->dirs[i])
        return -1;
    fd = cgroup_dir_open(s->cg->dirs[i]);
    return fd < 0 ? -1 : fd;
}
