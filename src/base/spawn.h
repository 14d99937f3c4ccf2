// SPDX-License-Identifier: Apache-2.0
/* spawn.h - start a program with nothing of the caller's but stdout, stderr and ids. */
#pragma once

#include "base/err.h"

#include <sys/types.h>

struct spawned {
    pid_t pid; /* also its process group and session */
    int pidfd; /* -1 or owned */
};

struct spawn {
    const char *path; /* what to execute; for messages alone with an exe */
    int exe;          /* what to execute instead, an open file; -1: path */
    const char *dir;  /* NULL: the caller's */
    char *const *argv;
    char *const *envp;
    int input;         /* its standard input */
    const int *output; /* its standard output and error, above 2 or -1: the caller's; NULL: both */
};

/* Everything from descriptor 3 on is closed in it. Signals are at their defaults and none is
 * blocked. When execve fails the process is gone again. Safe in threaded programs: between clone
 * and execve only system calls are made. */
int spawn(const struct spawn *s, struct spawned *ret, struct err *e);
