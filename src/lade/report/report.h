// SPDX-License-Identifier: Apache-2.0
/*
 * report.h - what a person gets to read on standard error: failures, warnings, notes, progress.
 *
 * One report for each run of the program, used by all of its threads. On a terminal progress is a
 * block of bars below the lines; elsewhere it is plain lines; programs ask for JSON lines.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum report_level { REPORT_DEFAULT, REPORT_ERROR, REPORT_WARNING, REPORT_DEBUG };
enum report_progress { PROGRESS_AUTO, PROGRESS_PLAIN, PROGRESS_JSON, PROGRESS_NONE };

struct report;

/* name: the program's, in front of lines; borrowed. NULL without memory. */
struct report *report_new(const char *name);
/* level, progress: of the enums above; quiet: neither progress nor notes. */
void report_configure(struct report *r, int level, int progress, bool quiet);
/* NULL is fine. */
void report_free(struct report *r);

/* One line each; control characters in it are made harmless. */
void report_failure(struct report *r, const struct err *e);
void report_warning(struct report *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* What was done or found, for people: not with --quiet. */
void report_note(struct report *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void report_debug(struct report *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Something that takes a while. what: "layer 3f2a9c1b04de", "manifest …"; copied. total: bytes, 0
 * when not known; done: how many of them need not come again. Never NULL: without memory, or with
 * r NULL, nothing shows. End it in any case.
 */
struct progress;
struct progress *progress_begin(struct report *r, const char *what, uint64_t total, uint64_t done);
void progress_add(struct progress *p, uint64_t bytes);
/* A server sent everything again. */
void progress_restart(struct progress *p);
/* outcome: "done", "already here", "failed". */
void progress_end(struct progress *p, const char *outcome);
