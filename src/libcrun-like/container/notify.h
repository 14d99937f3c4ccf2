// SPDX-License-Identifier: Apache-2.0
/*
 * notify.h - NOTIFY_SOCKET, sd_notify(3): the container's READY=1 goes on to the host's address.
 *
 * The container sends to a socket of ours, as anything else it might say (MAINPID, FDSTORE) would
 * speak for the whole service. Of what comes the line READY=1 alone counts, and what goes out is
 * text of our own. Once it has come the container's socket is closed: a queue that nobody empties
 * would stop its programs.
 */
#pragma once

#include "container/container.h"

#include <poll.h>
#include <sys/types.h>

struct notify {
    const davit_context *context; /* has the host's address; is warned when it can't be told */
    int inside;                   /* what the container sends to; -1 when it has said it */
    int host;       /* connected to the address while READY=1 waits for room there; else -1 */
    pid_t main_pid; /* told as MAINPID; 0: nothing is */
};

#define NOTIFY_NONE                                                                                \
    {                                                                                              \
        .inside = -1, .host = -1                                                                   \
    }

/* Listen in the container's directory ID/. Without a directory for it: -ENOENT. */
int notify_open(const davit_context *c, int dirfd, struct notify *ret, struct err *e);
void notify_done(struct notify *n);

/* What to poll for next; fd -1 when all is said. After the poll: notify_turn(). */
struct pollfd notify_poll(const struct notify *n);
void notify_turn(struct notify *n);

/* Until the host has been told and has taken note, or the process behind the pidfd (-1: it has) has
 * ended. Waits for the host for a bounded time only. */
void notify_attend(struct notify *n, int process);
