// SPDX-License-Identifier: Apache-2.0
/* processes.h - a question about processes that making a cgroup asks too. */
#pragma once

#include <stdbool.h>

/* Whether there is any process in dirfd or below. Returns 0 or -errno. */
int cgroup_processes_in(int dirfd, bool *ret);
