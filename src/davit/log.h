// SPDX-License-Identifier: Apache-2.0
/*
 * log.h - what a person and an engine get to read: standard error, and the file or service of
 * --log.
 *
 * Standard error gets one line per message. The file gets the error as its only line unless a
 * level was asked for by name, because one engine reads the whole file as a single JSON object.
 */
#pragma once

#include "base/buf.h"
#include "davit/options.h"

enum log_kind { LOG_TO_FILE, LOG_TO_JOURNAL, LOG_TO_SYSLOG };

struct log {
    const char *name;   /* the program's, in front of lines on standard error */
    int fd;             /* of the file or the service's socket, -EBADF: none */
    enum log_kind kind; /* what fd is */
    const char *ident;  /* who it is for a service */
    int format;         /* enum option_log_format */
    int level;          /* enum option_log_level */
};

/* Opens what --log names, if it is given: a file, for appending, which is made if need be, or the
 * socket of a service. A FIFO without a reader is an error, a full one loses lines: the program
 * never waits for its log. */
int log_open(struct log *log, const struct option_globals *global, struct davit_error *e);
void log_close(struct log *log);

void log_error(const struct log *log, const struct davit_error *e);
void log_warning(const struct log *log, const char *line);
void log_debug(const struct log *log, const char *line);

/* Add what the file or service of log gets to hear; e is NULL for what is no error.
 * log_add_json: one object, without an end of line. log_service.c: one datagram. */
void log_add_json(struct buf *line, int level, const char *text, const struct davit_error *e);
void log_add_journal(struct buf *entry, const struct log *log, int level, const char *text,
                     const struct davit_error *e);
void log_add_syslog(struct buf *line, const struct log *log, int level, const char *text,
                    const struct davit_error *e);

/* log_service.c: a socket that is connected to the service, or -1 with errno. */
int log_service_connect(enum log_kind kind);

/* The configuration path ("mounts[3].source") that an error's text names behind the place where it
 * happened ("mount: ", "config.json: "), and its length; NULL without one. */
const char *log_config_path(const char *text, size_t *ret_len);
