// SPDX-License-Identifier: Apache-2.0
/* device_change.h - putting device rules in force, also where others are in force already. */
#pragma once

#include "cgroup/cgroup.h"

/* device_program.c: attach the program of the writes to the v2 cgroup. */
int cgroup_program_attach(const struct cgroup *cg, const struct cgroup_writes *writes,
                          struct err *e);

/* The same in the place of the one that davit attached before, in one step; with no_device_program
 * that one goes. Programs of others stay. */
int cgroup_program_replace(const struct cgroup *cg, const struct cgroup_writes *writes,
                           struct err *e);

/* device_difference.c: v1 rules at the end of writes become what is missing and what is too much in
 * the rules in force, so that nothing that is allowed before and after is denied in between. */
int cgroup_devices_narrow(const struct cgroup *cg, struct cgroup_writes *writes,
                          struct arena *arena, struct err *e);

/* The pure part. now: what devices.list says. Replaces the writes from the index first on. */
int cgroup_devices_difference(const char *now, struct cgroup_writes *writes, size_t first,
                              struct arena *arena, struct err *e);
