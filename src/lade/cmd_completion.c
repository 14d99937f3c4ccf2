// SPDX-License-Identifier: Apache-2.0
/* cmd_completion.c - lade completion: a script for the shell. */
#include "lade/commands.h"

#include "base/cleanup.h"
#include "cli/completion.h"

#include <string.h>

static const struct option completion_options[] = { { 0 } };

/* By the first word of a verb's synopsis. */
static const struct {
    const char *word, *arguments;
} arguments[] = {
    { "IMAGE", "images --names" },
    { "[IMAGE]", "images --names" },
    { "NAME", "images --names" },
    { "[PATTERN]", "images --names" },
    { "create|ls|rm|inspect", "|create|ls|rm|inspect" },
    { "create|add|rm", "|create|add|rm" },
    { "bash|zsh|fish", "|bash|zsh|fish" },
};

static const char *find_arguments(const struct cli_command *command)
{
    size_t n = strcspn(command->args, " .");

    for (size_t i = 0; i < ARRAY_SIZE(arguments); i++)
        if (strlen(arguments[i].word) == n && memcmp(arguments[i].word, command->args, n) == 0)
            return arguments[i].arguments;
    return NULL;
}

static int completion_run(struct cli *cli, const void *values, struct err *e)
{
    struct completion c = { .program = "lade", .globals = cli_options };
    auto_free struct completion_verb *verbs = NULL;
    auto_buf out = { 0 };
    enum completion_shell shell;

    TRY(completion_find_shell(cli->args[0], &shell, e));
    while (cli_commands[c.count])
        c.count++;
    c.verbs = verbs = calloc(c.count, sizeof *verbs);
    if (!verbs)
        return err_os(e, ENOMEM, "write the completion");
    for (size_t i = 0; i < c.count; i++)
        verbs[i] =
            (struct completion_verb){ cli_commands[i]->name, cli_commands[i]->summary,
                                      cli_commands[i]->options, find_arguments(cli_commands[i]) };
    completion_write(&out, shell, &c);
    return output_buf(&out, e);
}

const struct cli_command cmd_completion = {
    .name = "completion",
    .args = "bash|zsh|fish",
    .summary = "print a script that completes command lines",
    .options = completion_options,
    .min_args = 1,
    .max_args = 1,
    .run = completion_run,
};
