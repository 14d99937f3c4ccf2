// SPDX-License-Identifier: Apache-2.0
/* main.c - lade's command line program: read the command line, run the verb, report the failure. */
#include "lade/commands.h"

#include "base/cleanup.h"
#include "cli/start.h"
#include "lade/stream/room.h"
#include "lade/user/user_namespace.h"

static int run_command(struct cli *cli, const void *values, struct err *e)
{
    if (cli->command->owns_files && geteuid() != 0) {
        TRY(user_namespace_enter(cli->report, &cli->own_ids, e));
        cli->entered = true;
    }
    return cli->command->run(cli, values, e);
}

static int run_verb(struct cli *cli, char **argv, struct err *e)
{
    auto_free void *values = NULL;
    int rc;

    cli->command = command_find(argv[0], e);
    if (!cli->command)
        return -e->code;
    rc = command_parse(cli, argv + 1, &values, e);
    if (rc == 0)
        rc = cli->help ? help_command(cli->name, cli->command, e) : run_command(cli, values, e);
    if (values)
        command_free_lists(cli->command->options, values);
    return rc;
}

static int run(struct cli *cli, char **argv, struct err *e)
{
    struct option_words words = { 0 };

    TRY(option_parse(cli_options, NULL, 0, argv, &cli->global, &words, e));
    report_configure(cli->report, cli->global.log_level, cli->global.progress, cli->global.quiet);
    if (cli->global.low_mem)
        room_ask_for_little();
    if (words.help)
        return help_program(cli->name, e);
    if (cli->global.version)
        return help_version(cli->name, e);
    if (words.n_args == 0)
        return err_set(e, ERR_INVALID, "no verb given (see '%s --help')", cli->name);
    return run_verb(cli, words.args, e);
}

static int exit_status(const struct cli *cli, const struct err *e)
{
    if (cli->command && cli->command->passes_status)
        return EXIT_OWN_FAILURE;
    return exit_code(e->kind);
}

int main(int argc, char **argv)
{
    struct cli cli = { .name = start_name(argv[0], "lade") };
    struct err e = { 0 };
    int status;

    if (!start_allowed("lade"))
        return exit_code(ERR_UNSUPPORTED);
    start_survive_sigpipe();
    cli.report = report_new(cli.name);
    if (!cli.report)
        return exit_code(ERR_OS);
    status = run(&cli, argv + (argc > 0), &e);
    if (status < 0) {
        report_failure(cli.report, &e);
        status = exit_status(&cli, &e);
    }
    command_free_lists(cli_options, &cli.global);
    report_free(cli.report);
    return status;
}
