// SPDX-License-Identifier: Apache-2.0
/* cmd_features.c - davit features. */
#include "davit/cli.h"

#include "base/cleanup.h"
#include "base/err.h"

static const struct option features_options[] = { { 0 } };

static int features_run(struct cli *cli, struct davit_error *e)
{
    auto_free char *json = NULL;

    TRY(davit_features(&json, e));
    return output_text(json, e);
}

const struct cli_command cmd_features = {
    .name = "features",
    .args = "",
    .summary = "print what this build can do as JSON",
    .options = features_options,
    .standalone = true,
    .run = features_run,
};
