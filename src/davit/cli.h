// SPDX-License-Identifier: Apache-2.0
/* cli.h - the verbs: one struct each, from which the help is made. */
#pragma once

#include "davit/log.h"
#include "davit/options.h"

/* One run of the program. */
struct cli {
    const char *name; /* what it was called as, without folders */
    struct option_values values;
    const struct cli_command *command; /* NULL until it is known */
    davit_context *context;            /* NULL for standalone verbs */
    struct log log;
};

struct cli_command {
    const char *name;
    const char *args;    /* synopsis of what follows the options */
    const char *summary; /* half a line */
    const struct option *options;
    int min_args, max_args; /* max_args 0 with stop_after: any number */
    int stop_after;         /* see below */
    bool standalone;        /* needs neither state directory nor cgroups */
    bool passes_status;     /* its exit code is the payload's */
    /* Returns the exit status, or a negative errno with *e filled. */
    int (*run)(struct cli *cli, struct davit_error *e);
};

/* stop_after: options end at the word behind so many, as it and the rest belong to the payload.
 * 0: nothing does. STOP_AT_FIRST: already what follows the first word does. */
enum { STOP_AT_FIRST = -1 };

extern const struct cli_command cmd_check, cmd_completion, cmd_create, cmd_delete, cmd_events,
    cmd_exec, cmd_features, cmd_help, cmd_kill, cmd_list, cmd_mounts, cmd_pause, cmd_plan, cmd_ps,
    cmd_resume, cmd_run, cmd_spec, cmd_start, cmd_state, cmd_update;

/* All of them, in the order of the help; ends with NULL. */
extern const struct cli_command *const cli_commands[];

/* Of the checkout that this was built from, or "unknown". */
extern const char cli_commit[];

/* The verb of that name, or NULL with *e filled, naming the nearest. */
const struct cli_command *command_find(const char *name, struct davit_error *e);

/* Reads the words behind the verb into v and counts them. With v->help set nothing else counts. */
int command_parse(const struct cli_command *command, char **argv, struct option_values *v,
                  struct davit_error *e);

/* matching.c: act on every container whose id the extended regular expression finds something in.
 * One that fails is no reason to leave the others out; then the result is a failure. No match is
 * success. */
typedef int matching_act(struct cli *cli, const char *id, struct davit_error *e);
int matching_each(struct cli *cli, const char *pattern, matching_act *act, struct davit_error *e);

/* listen.c: what $LISTEN_FDS and its like say to this process; untouched when they say nothing. */
int listen_read(unsigned *ret_fds, const char **ret_names, struct davit_error *e);

/* To standard output. Return 0 (the exit status) or a negative errno. */
int help_program(const char *name, struct davit_error *e);
int help_command(const char *name, const struct cli_command *command, struct davit_error *e);
int help_version(const char *name, struct davit_error *e);
int output_text(const char *text, struct davit_error *e); /* ends it with a newline */
