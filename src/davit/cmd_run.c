// SPDX-License-Identifier: Apache-2.0
/* cmd_run.c - davit run. */
#include "davit/cli.h"

#include "base/err.h"

static const struct option run_options[] = {
    CREATE_ROWS,
    SWITCH("d", "detach", run.detach, "return when the process has started"),
    SWITCH(NULL, "keep", run.keep, "do not delete the container when its process has ended"),
    { 0 },
};

static int run_run(struct cli *cli, struct davit_error *e)
{
    struct davit_run_options *options = &cli->values.run;
    int status = 0;

    options->size = sizeof *options;
    options->create.size = sizeof options->create;
    TRY(listen_read(&options->create.listen_fds, &options->create.listen_names, e));
    TRY(davit_run(cli->context, cli->values.args[0], options, &status, e));
    return status;
}

const struct cli_command cmd_run = {
    .name = "run",
    .args = "ID",
    .summary = "create and start a container, wait for it and delete it",
    .options = run_options,
    .min_args = 1,
    .max_args = 1,
    .passes_status = true,
    .run = run_run,
};
