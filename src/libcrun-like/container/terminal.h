// SPDX-License-Identifier: Apache-2.0
/* terminal.h - the pty's master: handed to a console socket, or copied from and to our own
 * terminal. */
#pragma once

#include "base/err.h"
#include "container/notify.h"

#include <stdbool.h>
#include <sys/types.h>

/* Connect to the socket at path and send the descriptor with one message; closes and clears it. */
int terminal_send(const char *path, int *master, struct err *e);

/* Before the payload writes: when our descriptor 1 is a file or a pipe, lines that are copied to it
 * end in a line feed alone. A terminal that was made raw needs the carriage returns. */
int terminal_settle(int master, struct err *e);

/* What has been written to a terminal whose container or process did not come to be. */
void terminal_empty(int master);

/*
 * Stay with a process until it ends: forward signals to it, and (master >= 0) copy between the
 * terminal and descriptors 0 and 1, raw while it lasts, resized with ours. *ret_status: exit code,
 * or 128 + signal. pid and pidfd are those of our own child. What it tells the host through notify
 * is passed on.
 */
int terminal_attend(pid_t pid, int pidfd, int master, struct notify *notify, int *ret_status,
                    struct err *e);

/* Signals that terminal_attend() forwards are blocked from here until it returns, so that none is
 * lost between the start and the wait. Only for a foreground command line. */
void terminal_block_signals(void);
