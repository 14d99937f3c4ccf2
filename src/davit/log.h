// SPDX-License-Identifier: Apache-2.0
/*
 * log.h - what a person and an engine get to read: standard error, and the file of --log.
 *
 * Standard error gets one line per message. The file gets the error as its only line unless a
 * level was asked for by name, because one engine reads the whole file as a single JSON object.
 */
#pragma once

#include "davit/options.h"

struct log {
    const char *name; /* the program's, in front of lines on standard error */
    int fd;           /* of the file, -EBADF: none */
    int format;       /* enum option_log_format */
    int level;        /* enum option_log_level */
};

/* Opens the file of --log, if there is one, for appending, and makes it if need be. A FIFO without
 * a reader is an error, a full one loses lines: the program never waits for its log. */
int log_open(struct log *log, const struct option_globals *global, struct davit_error *e);
void log_close(struct log *log);

void log_error(const struct log *log, const struct davit_error *e);
void log_warning(const struct log *log, const char *line);
void log_debug(const struct log *log, const char *line);

/* Length of the configuration path ("mounts[3].source") that an error's text begins with, or 0. */
size_t log_config_path(const char *text);
