// SPDX-License-Identifier: Apache-2.0
/* cmd_kill.c - davit kill. */
#include "davit/cli.h"

#include "base/err.h"

#include <signal.h>

static const struct option kill_options[] = {
    SWITCH("a", "all", all, "signal every process of the container"),
    { 0 },
};

static int kill_run(struct cli *cli, struct davit_error *e)
{
    const struct option_values *v = &cli->values;
    int sig = SIGTERM;

    if (v->n_args > 1)
        TRY(sig = davit_signal_parse(v->args[1], e));
    return davit_kill(cli->context, v->args[0], sig, v->all, e);
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
