// SPDX-License-Identifier: Apache-2.0
/* program.h - other programs: the runtime, credential helpers, network plugins. Never a shell. */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { PROGRAM_NO_LIMIT = 0 };

struct program {
    const char *const *argv; /* argv[0] is looked up in $PATH; ends with NULL */
    const char *const *env;  /* more variables, "NAME=value", NULL-terminated; NULL: none */
    const char *input;       /* what standard input holds; NULL: nothing */
    size_t limit;            /* bytes of output that are read; more is an error */
    unsigned seconds;        /* until it is killed; PROGRAM_NO_LIMIT: never */
};

/* Run to the end. *ret gets malloc'd, NUL-terminated standard output, also when the program failed;
 * standard error is the caller's. Returns the exit status (128 + signal when it was killed), or a
 * negative errno when it could not be run, wrote too much or took too long. */
int program_output(const struct program *p, char **ret, size_t *ret_len, struct err *e);

/* Run with the caller's own descriptors 0 to 2, forwarding the signals that ask for an end.
 * Returns as above. limit, seconds and input are not looked at. */
int program_run(const struct program *p, struct err *e);

/* Whether $PATH has a program of that name. */
bool program_is_installed(const char *name);
