// SPDX-License-Identifier: Apache-2.0
/* cmd_start.c - davit start. */
#include "davit/cli.h"

static const struct option start_options[] = { { 0 } };

static int start_run(struct cli *cli, struct davit_error *e)
{
    return davit_start(cli->context, cli->values.args[0], e);
}

const struct cli_command cmd_start = {
    .name = "start",
    .args = "ID",
    .summary = "start the process of a created container",
    .options = start_options,
    .min_args = 1,
    .max_args = 1,
    .run = start_run,
};
