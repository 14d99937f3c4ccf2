// SPDX-License-Identifier: Apache-2.0
/* agent.h - the seccomp agent, who gets a filter's notification listener (config-linux.md). */
#pragma once

#include "base/err.h"
#include "config/spec.h"

#include <sys/types.h>

/* Whose filter it is. All borrowed. */
struct agent_process {
    const char *id, *bundle, *status; /* of the container */
    const struct spec *spec;          /* its configuration */
    pid_t init;                       /* the container's first process */
    pid_t pid;                        /* the one with the filter */
};

/* Connect to linux.seccomp.listenerPath. Returns the connection; it is for one listener. */
int agent_connect(const struct spec_seccomp *s, struct err *e);

/* Send the container process state with the listener; closes and clears both descriptors. */
int agent_send(int *agent, int *listener, const struct agent_process *p, struct err *e);
