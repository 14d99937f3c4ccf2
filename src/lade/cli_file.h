// SPDX-License-Identifier: Apache-2.0
/* cli_file.h - archives that come from, and go to, where the command line says. */
#pragma once

#include "lade/report/report.h"
#include "lade/stream/stream.h"

#include <stdbool.h>
#include <stdint.h>

struct cli_input {
    const char *path; /* for errors */
    int fd;
    bool directory;
    uint64_t size;             /* of a regular file; else 0 */
    struct progress *progress; /* the caller's, or NULL */
};

/* NULL and "-" are standard input, which may be no terminal. */
int cli_input_open(const char *path, struct cli_input *ret, struct err *e);
struct byte_source cli_input_source(struct cli_input *in);
void cli_input_done(struct cli_input *in);
#define auto_cli_input __attribute__((__cleanup__(cli_input_done))) struct cli_input

struct cli_output {
    int fd;
    char *name, *temporary;    /* temporary NULL: written to directly */
    struct progress *progress; /* the caller's, or NULL */
};

/* NULL and "-" are standard output, which may be no terminal. A regular file appears when it is
 * complete; a pipe or device is written to as it is. */
int cli_output_open(const char *path, struct cli_output *ret, struct err *e);
struct byte_sink cli_output_sink(struct cli_output *out);
int cli_output_end(struct cli_output *out, struct err *e);
void cli_output_done(struct cli_output *out);
#define auto_cli_output __attribute__((__cleanup__(cli_output_done))) struct cli_output
