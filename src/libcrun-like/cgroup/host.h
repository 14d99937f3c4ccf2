// SPDX-License-Identifier: Apache-2.0
/* host.h - the parsing half of host detection, apart so that it can be tested with other hosts'
 * files. */
#pragma once

#include "cgroup/cgroup.h"

#include <stdio.h>

/* Fill an empty *host from the text of /proc/self/mountinfo and /proc/self/cgroup. Reads no further
 * than to the last hierarchy. The v2 hierarchy's controllers are left NULL. */
int cgroup_host_parse(struct cgroup_host *host, FILE *mountinfo, char *self_cgroup, struct err *e);

/* The calling process's path in the v2 tree, out of the text of /proc/self/cgroup (which is cut
 * up); NULL if there is none. */
const char *cgroup_host_own_v2(char *self_cgroup);

/* "memory pids\n" -> ",memory,pids,", in the arena. */
char *cgroup_host_list(struct arena *a, const char *spaced);
