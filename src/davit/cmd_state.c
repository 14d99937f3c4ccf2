// SPDX-License-Identifier: Apache-2.0
/* cmd_state.c - davit state. */
#include "davit/cli.h"

#include "base/cleanup.h"
#include "base/err.h"

static const struct option state_options[] = { { 0 } };

static int state_run(struct cli *cli, struct davit_error *e)
{
    auto_free char *json = NULL;

    TRY(davit_state(cli->context, cli->values.args[0], &json, e));
    return output_text(json, e);
}

const struct cli_command cmd_state = {
    .name = "state",
    .args = "ID",
    .summary = "print the state of a container as JSON",
    .options = state_options,
    .min_args = 1,
    .max_args = 1,
    .run = state_run,
};
