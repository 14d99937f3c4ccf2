// SPDX-License-Identifier: Apache-2.0
/* commands.c - the list of verbs, and what every verb's words have to go through. */
#include "lade/commands.h"

#include "base/cleanup.h"
#include "cli/suggest.h"

#include <string.h>

// clang-format off
const struct cli_command *const cli_commands[] = {
    &cmd_run,
    &cmd_bundle,
    &cmd_mount,
    &cmd_umount,
    &cmd_pull,
    &cmd_push,
    &cmd_copy,
    &cmd_tags,
    &cmd_remote,
    &cmd_blob,
    &cmd_login,
    &cmd_logout,
    &cmd_images,
    &cmd_inspect,
    &cmd_history,
    &cmd_tag,
    &cmd_untag,
    &cmd_rmi,
    &cmd_config,
    &cmd_index,
    &cmd_diff,
    &cmd_commit,
    &cmd_import,
    &cmd_export,
    &cmd_load,
    &cmd_save,
    &cmd_verify,
    &cmd_gc,
    &cmd_df,
    &cmd_volume,
    &cmd_completion,
    &cmd_help,
    NULL,
};
// clang-format on

const struct cli_command *command_find(const char *name, struct err *e)
{
    struct suggestion near = { .word = name, .len = strlen(name) };

    for (const struct cli_command *const *c = cli_commands; *c; c++) {
        if (strcmp((*c)->name, name) == 0)
            return *c;
        suggest_weigh(&near, (*c)->name);
    }
    if (near.best)
        err_set(e, ERR_INVALID, "unknown verb '%s' (did you mean '%s'?)", name, near.best);
    else
        err_set(e, ERR_INVALID, "unknown verb '%s'", name);
    return NULL;
}

static int count_words(const struct cli *cli, struct err *e)
{
    const struct cli_command *c = cli->command;
    const char *space = *c->args ? " " : "";

    if (cli->n_args < c->min_args)
        return err_set(e, ERR_INVALID, "missing argument (usage: %s [OPTION]...%s%s)", c->name,
                       space, c->args);
    if (!c->stop_after && c->max_args != ANY_ARGS && cli->n_args > c->max_args)
        return err_set(e, ERR_INVALID, "unexpected argument '%s' (usage: %s [OPTION]...%s%s)",
                       cli->args[c->max_args], c->name, space, c->args);
    return 0;
}

int command_parse(struct cli *cli, char **argv, void **ret_values, struct err *e)
{
    const struct cli_command *c = cli->command;
    struct option_words words = { 0 };
    void *values = calloc(1, c->values_size + 1); /* a verb without options has no values */
    int rc;

    if (!values)
        return err_os(e, ENOMEM, "read the command line");
    rc = option_parse(c->options, cli_options, c->stop_after ? c->stop_after : OPTIONS_ANYWHERE,
                      argv, values, &words, e);
    cli->args = words.args;
    cli->n_args = words.n_args;
    cli->help = words.help;
    if (rc == 0 && !cli->help)
        rc = count_words(cli, e);
    *ret_values = values;
    return rc;
}

void command_free_lists(const struct option *options, void *values)
{
    for (const struct option *o = options; o->name; o++)
        if (o->kind == OPTION_LIST)
            free(((struct option_list *)((char *)values + o->offset))->items);
}
