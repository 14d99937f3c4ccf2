// SPDX-License-Identifier: Apache-2.0
/* cmd_delete.c - davit delete. */
#include "davit/cli.h"

static const struct option delete_options[] = {
    SWITCH("f", "force", force, "kill it first; an unknown ID is no error"),
    SWITCH("r", "regex", regex, "ID is a regular expression; delete all that match"),
    { 0 },
};

static int delete_one(struct cli *cli, const char *id, struct davit_error *e)
{
    return davit_delete(cli->context, id, cli->values.force, e);
}

static int delete_run(struct cli *cli, struct davit_error *e)
{
    const char *id = cli->values.args[0];

    return cli->values.regex ? matching_each(cli, id, delete_one, e) : delete_one(cli, id, e);
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
