// SPDX-License-Identifier: Apache-2.0
/* cmd_create.c - davit create. */
#include "davit/cli.h"

#include "base/err.h"

static const struct option create_options[] = { CREATE_ROWS, { 0 } };

static int create_run(struct cli *cli, struct davit_error *e)
{
    struct davit_create_options *options = &cli->values.run.create;

    options->size = sizeof *options;
    TRY(listen_read(&options->listen_fds, &options->listen_names, e));
    return davit_create(cli->context, cli->values.args[0], options, e);
}

const struct cli_command cmd_create = {
    .name = "create",
    .args = "ID",
    .summary = "create a container; its process waits for 'start'",
    .options = create_options,
    .min_args = 1,
    .max_args = 1,
    .run = create_run,
};
