// SPDX-License-Identifier: Apache-2.0
/* room.h - how much memory there is to be generous with. */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/* From here on there is little, whatever the machine has. Called before there are threads. */
void room_ask_for_little(void);

/* Whether to do with a few megabytes: it was asked for, or the machine or a cgroup that we are in
 * has less than 128 MB. */
bool room_is_small(void);

/* The least limit of the memory cgroups that a process is in, in bytes; UINT64_MAX: none. text: its
 * /proc/PID/cgroup; root: where the hierarchies are mounted, "/sys/fs/cgroup". */
uint64_t room_cgroup_limit(const char *text, const char *root);
