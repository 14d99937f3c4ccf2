// SPDX-License-Identifier: Apache-2.0
/* match.c - a recorded container's directories as one of today's host. */
#include "cgroup/cgroup.h"

#include <string.h>

static bool lies_in(const char *dir, const char *mount)
{
    size_t len = strlen(mount);

    return !strncmp(dir, mount, len) && dir[len] == '/';
}

void cgroup_match(const struct cgroup *recorded, const struct cgroup_host *host, struct cgroup *ret)
{
    *ret = (struct cgroup){ .count = host->count };
    for (unsigned i = 0; i < host->count; i++) {
        ret->v2[i] = host->h[i].v2;
        for (unsigned r = 0; r < recorded->count; r++)
            if (recorded->dirs[r] && recorded->v2[r] == host->h[i].v2 &&
                lies_in(recorded->dirs[r], host->h[i].mount)) {
                ret->dirs[i] = recorded->dirs[r];
                ret->freezer[i] = recorded->freezer[r];
            }
    }
}
