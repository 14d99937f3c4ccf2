// SPDX-License-Identifier: Apache-2.0
/* cmd_plan.c - davit plan: what a bundle compiles to. */
#include "davit/cli.h"

#include "base/cleanup.h"
#include "base/err.h"

static const struct option plan_options[] = {
    TEXT(NULL, "id", "ID", id, "plan for a container of this name (default: plan)"),
    CHOICE(NULL, "format", "text|json", format, FORMAT_FIRST, "how to print (default: text)"),
    TEXT("f", "config", "FILE", run.create.config,
         "name of the configuration inside the bundle (default: config.json)"),
    { 0 },
};

static int plan_run(struct cli *cli, struct davit_error *e)
{
    struct option_values *v = &cli->values;
    struct davit_create_options *options = &v->run.create;
    auto_free char *text = NULL;

    options->size = sizeof *options;
    options->bundle = v->args[0]; /* NULL when there is none */
    TRY(davit_plan(cli->context, v->id ? v->id : "plan", options, v->format == FORMAT_JSON, &text,
                   e));
    return output_text(text, e);
}

const struct cli_command cmd_plan = {
    .name = "plan",
    .args = "[BUNDLE]",
    .summary = "print what a bundle compiles to, without touching the system",
    .options = plan_options,
    .max_args = 1,
    .run = plan_run,
};
