// SPDX-License-Identifier: Apache-2.0
/* main.c - davit's command line program: read the command line, run the verb, report the failure.
 */
#include "davit/cli.h"
#include "davit/error.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "cli/start.h"

#include <stdlib.h>

static void warn(void *data, const char *line)
{
    log_warning(data, line);
}

static int make_context(struct cli *cli, struct davit_error *e)
{
    const struct option_globals *global = &cli->values.global;
    const char *notify = getenv("NOTIFY_SOCKET");
    struct davit_context_options options = {
        .size = sizeof options,
        .root = global->root,
        .name = cli->name,
        .cgroup_manager = (enum davit_cgroup_manager)global->cgroup_manager,
        .strict = global->strict,
        .warn = warn,
        .data = &cli->log,
        .notify_socket = notify && *notify ? notify : NULL,
    };

    return davit_context_new(&options, &cli->context, e);
}

static void say_what_runs(const struct cli *cli)
{
    const struct option_values *v = &cli->values;
    char line[256];

    if (cli->log.level != LEVEL_DEBUG)
        return;
    snprintf(line, sizeof line, "davit %s: %s %s", davit_version(), cli->command->name,
             v->n_args ? v->args[0] : "");
    log_debug(&cli->log, line);
}

static int run_verb(struct cli *cli, char **argv, struct davit_error *e)
{
    struct option_values *v = &cli->values;

    cli->command = command_find(argv[0], e);
    if (!cli->command)
        return -e->code;
    TRY(command_parse(cli->command, argv + 1, v, e));
    if (v->help)
        return help_command(cli->name, cli->command, e);
    if (!cli->command->standalone)
        TRY(make_context(cli, e));
    say_what_runs(cli);
    return cli->command->run(cli, e);
}

static int run(struct cli *cli, char **argv, struct davit_error *e)
{
    struct option_values *v = &cli->values;
    struct davit_error log_failure;
    int rc = options_parse(options_global, 0, argv, v, e);

    /* Also after a failure: what was understood until then says where to report it. */
    if (log_open(&cli->log, &v->global, rc < 0 ? &log_failure : e) < 0)
        return rc < 0 ? rc : -e->code;
    TRY(rc);
    if (v->help)
        return help_program(cli->name, e);
    if (v->global.version)
        return help_version(cli->name, e);
    if (v->n_args == 0)
        return error_set(e, DAVIT_ERROR_INVALID, "no verb given (see '%s --help')", cli->name);
    return run_verb(cli, v->args, e);
}

static int exit_status(const struct cli *cli, const struct davit_error *e)
{
    if (cli->command && cli->command->passes_status)
        return EXIT_OWN_FAILURE;
    return exit_code((enum err_kind)e->kind);
}

int main(int argc, char **argv)
{
    struct cli cli = { .log.fd = -EBADF };
    struct davit_error e = { 0 };
    int status;

    if (!start_allowed("davit"))
        return exit_code(ERR_UNSUPPORTED);
    start_survive_sigpipe();
    /* It names the state directory, so it must be a plain name. */
    cli.name = cli.log.name = start_name(argv[0], "davit");
    status = run(&cli, argv + (argc > 0), &e);
    if (status < 0) {
        log_error(&cli.log, &e);
        status = exit_status(&cli, &e);
    }
    davit_context_free(cli.context);
    option_values_done(&cli.values);
    log_close(&cli.log);
    return status;
}
