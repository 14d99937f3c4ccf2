// SPDX-License-Identifier: Apache-2.0
/* spawn.h - start a hook's program with nothing of the caller's but stdout, stderr and ids. */
#pragma once

#include "base/err.h"
#include "hooks/output.h"

#include <sys/types.h>

struct hook_process {
    pid_t pid; /* also its process group and session */
    int pidfd; /* -1 or owned */
};

/* Start path in the directory dir (NULL: the caller's) with input as its standard input and
 * output's as the others, or the caller's. input and everything else from 3 on is closed in it.
 * Signals are at their defaults and none is blocked. When execve fails the process is gone again.
 * Safe in threaded programs: between clone and execve only system calls are made. */
int hook_spawn(const char *path, const char *dir, char *const argv[], char *const envp[], int input,
               const struct hook_output *output, struct hook_process *ret, struct err *e);
