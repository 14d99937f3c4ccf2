// SPDX-License-Identifier: Apache-2.0
/* cmd_kill.c - davit kill. */
#include "davit/cli.h"

#include "base/err.h"

#include <signal.h>

static const struct option kill_options[] = {
    SWITCH("a", "all", all, "signal every process of the container"),
    SWITCH("r", "regex", regex, "ID is a regular expression; signal all that match"),
    { 0 },
};

static int kill_one(struct cli *cli, const char *id, struct davit_error *e)
{
    return davit_kill(cli->context, id, cli->values.signal, cli->values.all, e);
}

static int kill_run(struct cli *cli, struct davit_error *e)
{
    struct option_values *v = &cli->values;

    v->signal = SIGTERM;
    if (v->n_args > 1)
        TRY(v->signal = davit_signal_parse(v->args[1], e));
    return v->regex ? matching_each(cli, v->args[0], kill_one, e) : kill_one(cli, v->args[0], e);
}

const struct cli_command cmd_kill = {
    .name = "kill",
    .args = "ID [SIGNAL]",
    .summary = "send a signal (default: TERM) to a container",
    .options = kill_options,
    .min_args = 1,
    .max_args = 2,
    .run = kill_run,
};
