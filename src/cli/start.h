// SPDX-License-Identifier: Apache-2.0
/* start.h - what every program here does first, and the exit codes that all of them share. */
#pragma once

#include "base/err.h"

#include <stdbool.h>

/* The last part of argv[0], or fallback where that is no plain name. Points into argv0. */
const char *start_name(const char *argv0, const char *fallback);

/* False, after saying so on standard error, when the program runs with raised privileges (setuid,
 * setgid, file capabilities). */
bool start_allowed(const char *name);

/* A reader that went away shows as EPIPE. A handler, other than SIG_IGN, is not inherited by what
 * is executed; a caller's SIG_IGN stays as it is. */
void start_survive_sigpipe(void);

/* The table of davit(8) and lade(1), "EXIT STATUS". */
int exit_code(enum err_kind kind);
