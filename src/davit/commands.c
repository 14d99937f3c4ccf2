// SPDX-License-Identifier: Apache-2.0
/* commands.c - the list of verbs, and what every verb's words have to go through. */
#include "davit/cli.h"
#include "davit/error.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "cli/suggest.h"

#include <string.h>

const struct cli_command *const cli_commands[] = {
    &cmd_create,   &cmd_start,  &cmd_run,    &cmd_state,  &cmd_kill,       &cmd_delete, &cmd_exec,
    &cmd_pause,    &cmd_resume, &cmd_update, &cmd_mounts, &cmd_ps,         &cmd_events, &cmd_list,
    &cmd_features, &cmd_check,  &cmd_spec,   &cmd_plan,   &cmd_completion, &cmd_help,   NULL,
};

/* Verbs of other runtimes. An engine that tries one learns from the failure that it is missing. */
static const char *const unsupported[] = { "checkpoint", "restore" };

const struct cli_command *command_find(const char *name, struct davit_error *e)
{
    struct suggestion near = { .word = name, .len = strlen(name) };

    for (const struct cli_command *const *c = cli_commands; *c; c++) {
        if (strcmp((*c)->name, name) == 0)
            return *c;
        suggest_weigh(&near, (*c)->name);
    }
    for (size_t i = 0; i < ARRAY_SIZE(unsupported); i++)
        if (strcmp(unsupported[i], name) == 0) {
            error_set(e, DAVIT_ERROR_UNSUPPORTED, "verb '%s' is not supported yet", name);
            return NULL;
        }
    if (near.best)
        error_set(e, DAVIT_ERROR_INVALID, "unknown verb '%s' (did you mean '%s'?)", name,
                  near.best);
    else
        error_set(e, DAVIT_ERROR_INVALID, "unknown verb '%s'", name);
    return NULL;
}

int command_parse(const struct cli_command *command, char **argv, struct option_values *v,
                  struct davit_error *e)
{
    int stop_after = command->stop_after == STOP_AT_FIRST ? 0
                     : command->stop_after                ? command->stop_after
                                                          : OPTIONS_ANYWHERE;
    const char *space = *command->args ? " " : "";

    TRY(options_parse(command->options, stop_after, argv, v, e));
    if (v->help)
        return 0;
    if (v->n_args < command->min_args)
        return error_set(e, DAVIT_ERROR_INVALID, "missing argument (usage: %s [OPTION]...%s%s)",
                         command->name, space, command->args);
    if (!command->stop_after && v->n_args > command->max_args)
        return error_set(e, DAVIT_ERROR_INVALID,
                         "unexpected argument '%s' (usage: %s [OPTION]...%s%s)",
                         v->args[command->max_args], command->name, space, command->args);
    return 0;
}
