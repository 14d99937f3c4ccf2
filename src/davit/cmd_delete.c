// SPDX-License-Identifier: Apache-2.0
/* cmd_delete.c - davit delete. */
#include "davit/cli.h"

static const struct option delete_options[] = {
    SWITCH("f", "force", force, "kill it first; an unknown ID is no error"),
    { 0 },
};

static int delete_run(struct cli *cli, struct davit_error *e)
{
    return davit_delete(cli->context, cli->values.args[0], cli->values.force, e);
}

const struct cli_command cmd_delete = {
    .name = "delete",
    .args = "ID",
    .summary = "remove all that is left of a container",
    .options = delete_options,
    .min_args = 1,
    .max_args = 1,
    .run = delete_run,
};
