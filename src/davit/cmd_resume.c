// SPDX-License-Identifier: Apache-2.0
/* cmd_resume.c - davit resume. */
#include "davit/cli.h"

static const struct option resume_options[] = { { 0 } };

static int resume_run(struct cli *cli, struct davit_error *e)
{
    return davit_resume(cli->context, cli->values.args[0], e);
}

const struct cli_command cmd_resume = {
    .name = "resume",
    .args = "ID",
    .summary = "let the processes of a paused container go on",
    .options = resume_options,
    .min_args = 1,
    .max_args = 1,
    .run = resume_run,
};
