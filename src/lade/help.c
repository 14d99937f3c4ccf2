// SPDX-License-Identifier: Apache-2.0
/* help.c - the help and the version, made from the tables of options and verbs. */
#include "lade/commands.h"

#include "base/buf.h"
#include "cli/layout.h"

#include <ctype.h>
#include <string.h>

int help_program(const char *name, struct err *e)
{
    auto_buf b = { 0 };

    buf_printf(&b,
               "Usage: %s [GLOBAL OPTION]... VERB [OPTION]... [ARGUMENT]...\n\n"
               "Get, keep, change and ship container images, and run them.\n\nVerbs:\n",
               name);
    for (const struct cli_command *const *c = cli_commands; *c; c++) {
        buf_printf(&b, "  %s", (*c)->name);
        layout_wrapped(&b, 2 + strlen((*c)->name), 14, (*c)->summary);
    }
    buf_puts(&b, "\nGlobal options, in front of the verb:\n");
    layout_options(&b, cli_options);
    buf_printf(&b,
               "\n'%s VERB --help' tells more, and so do the manual pages lade(1) and\n"
               "lade-VERB(1).\n",
               name);
    return output_buf(&b, e);
}

int help_command(const char *name, const struct cli_command *command, struct err *e)
{
    auto_buf b = { 0 };

    buf_printf(&b, "Usage: %s [GLOBAL OPTION]... %s [OPTION]...%s%s\n\n%c%s.\n\nOptions:\n", name,
               command->name, *command->args ? " " : "", command->args,
               toupper((unsigned char)command->summary[0]), command->summary + 1);
    layout_options(&b, command->options);
    return output_buf(&b, e);
}

int help_version(const char *name, struct err *e)
{
    auto_buf b = { 0 };

    buf_printf(&b, "%s version %s\ncommit: %s\nimage-spec: 1.1.1\ndistribution-spec: 1.1.1\n", name,
               LADE_VERSION, lade_commit);
    return output_buf(&b, e);
}

static const struct option help_options[] = { { 0 } };

static int help_run(struct cli *cli, const void *values, struct err *e)
{
    const struct cli_command *command;

    if (cli->n_args == 0)
        return help_program(cli->name, e);
    command = command_find(cli->args[0], e);
    return command ? help_command(cli->name, command, e) : -e->code;
}

const struct cli_command cmd_help = {
    .name = "help",
    .args = "[VERB]",
    .summary = "print help on lade or on a verb",
    .options = help_options,
    .max_args = 1,
    .run = help_run,
};
