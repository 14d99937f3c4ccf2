// SPDX-License-Identifier: Apache-2.0
/* cmd_pause.c - davit pause. */
#include "davit/cli.h"

static const struct option pause_options[] = { { 0 } };

static int pause_run(struct cli *cli, struct davit_error *e)
{
    return davit_pause(cli->context, cli->values.args[0], e);
}

const struct cli_command cmd_pause = {
    .name = "pause",
    .args = "ID",
    .summary = "stop all processes of a container until it is resumed",
    .options = pause_options,
    .min_args = 1,
    .max_args = 1,
    .run = pause_run,
};
