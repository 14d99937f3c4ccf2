// SPDX-License-Identifier: Apache-2.0
/* work.h - doing the same with many things in a few threads, until one fails. */
#pragma once

#include "base/err.h"

#include <stdatomic.h>
#include <stddef.h>

struct work {
    /* Do the n-th thing. */
    int (*each)(void *user, size_t n, struct err *e);
    void *user;
    size_t count;
    unsigned jobs;        /* threads at most; 0: work_jobs() */
    atomic_bool *stopped; /* becomes true when one fails: the others are to end early */
};

/* In the order of n as far as several threads have one. The first failure is returned; that the
 * others were cut short by it is none. ECANCELED when somebody else has stopped it before the end.
 */
int work_do(const struct work *w, struct err *e);

/* How many for this machine: each costs buffers. */
unsigned work_jobs(void);
