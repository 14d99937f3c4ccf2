// SPDX-License-Identifier: Apache-2.0
/*
 * err.h - the one error value, the same in library, sealed executable and command line.
 *
 * A function that can fail takes `struct err *e` last, returns 0 (or something useful, such as an
 * fd) and on failure a negative errno after filling *e. Out-parameters start with ret_ and are left
 * alone on failure. Nothing here allocates, so an error can be made after clone() and travels in
 * one datagram.
 *
 * The text is a lower-case phrase without a final stop: verb first, user data in single quotes, the
 * configuration path first of all ("mounts[3] /data: open_tree '/srv/x'"). For ERR_OS the errno's
 * own words are appended by err_format(), in the process that prints.
 */
#pragma once

#include <stddef.h>

/* What kind of failure it is; the command line and a shim map this to exit and status codes. */
enum err_kind {
    ERR_OS,          /* a system call failed; code is its errno */
    ERR_INVALID,     /* the caller's input is wrong */
    ERR_NOT_FOUND,   /* no such container */
    ERR_EXISTS,      /* the id is in use */
    ERR_BAD_STATE,   /* the container is in a state in which this can't be done */
    ERR_UNSUPPORTED, /* understood, but davit or this host cannot do it */
    ERR_PROTOCOL,    /* a peer process died or spoke out of turn */
    ERR_BUSY,        /* cannot finish now; may be repeated */
};

enum { ERR_TEXT_MAX = 488 };

struct err {
    int code;           /* positive errno, never 0 in a filled error */
    enum err_kind kind; /* see above */
    char text[ERR_TEXT_MAX];
};

/* Fill *e from a system call's errno (positive or negative). Returns -code. */
int err_os(struct err *e, long code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Fill *e with our own verdict, which is never of kind ERR_OS: no errno explains it. The code is
 * chosen from the kind. Returns -code. */
int err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Put "prefix: " in front of the text that is there. Returns -e->code, so it ends a failing path.
 */
int err_wrap(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The whole line for a person: text, and for ERR_OS ": " and the errno's words. Not for the sealed
 * executable (strerror allocates). Writes at most size bytes including the NUL. */
void err_format(const struct err *e, char *ret, size_t size);

enum { ERR_WORDS_MAX = 64 };

/* What errno means, in the lower case that engines look for ("no such file or directory"): they are
 * written in Go. Writes at most size bytes including the NUL to ret and returns it. */
char *err_errno_words(int code, char *ret, size_t size);

/* The stable lower-case name of a kind, as printed in JSON logs ("invalid", "not-found", ...). */
const char *err_kind_name(enum err_kind kind);

/* Forward a failure unchanged. Only for functions whose owners all clean up by attribute. */
#define TRY(call)                                                                                  \
    do {                                                                                           \
        int try_rc_ = (call);                                                                      \
        if (try_rc_ < 0)                                                                           \
            return try_rc_;                                                                        \
    } while (0)
