// SPDX-License-Identifier: Apache-2.0
/* help.c - the help and the version, made from the tables of options and verbs. */
#include "davit/cli.h"
#include "davit/error.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "cli/layout.h"

#include <ctype.h>
#include <string.h>

/* Prints and empties. */
static int print(struct buf *b, struct davit_error *e)
{
    if (buf_failed(b))
        return error_os(e, ENOMEM, "write the help");
    return output_text(b->data, e);
}

int help_program(const char *name, struct davit_error *e)
{
    auto_buf b = { 0 };

    buf_printf(&b,
               "Usage: %s [GLOBAL OPTION]... VERB [OPTION]... [ARGUMENT]...\n\n"
               "Create and run containers from OCI bundles.\n\nVerbs:\n",
               name);
    for (const struct cli_command *const *c = cli_commands; *c; c++) {
        buf_printf(&b, "  %s", (*c)->name);
        layout_wrapped(&b, 2 + strlen((*c)->name), 14, (*c)->summary);
    }
    buf_puts(&b, "\nGlobal options, in front of the verb:\n");
    layout_options(&b, options_global);
    buf_printf(&b,
               "\n'%s VERB --help' tells more, and so do the manual pages davit(8) and\n"
               "davit-VERB(8).\n",
               name);
    return print(&b, e);
}

int help_command(const char *name, const struct cli_command *command, struct davit_error *e)
{
    auto_buf b = { 0 };

    buf_printf(&b, "Usage: %s [GLOBAL OPTION]... %s [OPTION]...%s%s\n\n%c%s.\n\nOptions:\n", name,
               command->name, *command->args ? " " : "", command->args,
               toupper((unsigned char)command->summary[0]), command->summary + 1);
    layout_options(&b, command->options);
    return print(&b, e);
}

/* Docker parses the first two lines, runc's own tests the third. */
int help_version(const char *name, struct davit_error *e)
{
    auto_buf b = { 0 };

    buf_printf(&b, "%s version %s\ncommit: %s\nspec: %s\n", name, davit_version(), cli_commit,
               davit_spec_version());
    return print(&b, e);
}

static const struct option help_options[] = { { 0 } };

static int help_run(struct cli *cli, struct davit_error *e)
{
    const struct option_values *v = &cli->values;
    const struct cli_command *command;

    if (v->n_args == 0)
        return help_program(cli->name, e);
    command = command_find(v->args[0], e);
    return command ? help_command(cli->name, command, e) : -e->code;
}

const struct cli_command cmd_help = {
    .name = "help",
    .args = "[VERB]",
    .summary = "print help on davit or on a verb",
    .options = help_options,
    .max_args = 1,
    .standalone = true,
    .run = help_run,
};
