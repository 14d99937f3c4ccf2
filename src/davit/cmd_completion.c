// SPDX-License-Identifier: Apache-2.0
/* cmd_completion.c - davit completion: a script for the shell. */
#include "davit/cli.h"
#include "davit/error.h"

#include "base/cleanup.h"
#include "cli/completion.h"

#include <string.h>

static const struct option completion_options[] = { { 0 } };

static const char *find_arguments(const struct cli_command *command)
{
    if (strncmp(command->args, "ID", 2) == 0 && strcmp(command->name, "create") != 0 &&
        strcmp(command->name, "run") != 0) /* there the id is a new one */
        return "list -q";
    return command == &cmd_completion ? "|bash|zsh|fish" : NULL;
}

static int completion_run(struct cli *cli, struct davit_error *e)
{
    struct completion c = { .program = "davit", .globals = options_global };
    auto_free struct completion_verb *verbs = NULL;
    auto_buf out = { 0 };
    enum completion_shell shell;
    struct err err;

    if (completion_find_shell(cli->values.args[0], &shell, &err) < 0)
        return error_from(e, &err);
    while (cli_commands[c.count])
        c.count++;
    c.verbs = verbs = calloc(c.count, sizeof *verbs);
    if (!verbs)
        return error_os(e, ENOMEM, "write the completion");
    for (size_t i = 0; i < c.count; i++)
        verbs[i] =
            (struct completion_verb){ cli_commands[i]->name, cli_commands[i]->summary,
                                      cli_commands[i]->options, find_arguments(cli_commands[i]) };
    completion_write(&out, shell, &c);
    if (buf_failed(&out))
        return error_os(e, ENOMEM, "write the completion");
    return output_text(out.data, e);
}

const struct cli_command cmd_completion = {
    .name = "completion",
    .args = "bash|zsh|fish",
    .summary = "print a script that completes command lines",
    .options = completion_options,
    .min_args = 1,
    .max_args = 1,
    .standalone = true,
    .run = completion_run,
};
