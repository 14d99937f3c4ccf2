// SPDX-License-Identifier: Apache-2.0
/* error.h - the program's own errors, in the library's form. */
#pragma once

#include "base/err.h"
#include "davit.h"

/* davit's own failure in run and exec, whose other codes are those of the payload. 255 is what
 * engines know from runc's exec. */
enum { EXIT_OWN_FAILURE = 255 };

/* Fill *e. Returns a negative errno that goes with the kind. */
int error_set(struct davit_error *e, enum davit_error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a failed system call: ": " and the words of the (positive) errno are appended. */
int error_os(struct davit_error *e, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Fill *e with an error of the shared command line code. Returns -code. */
int error_from(struct davit_error *e, const struct err *from);
