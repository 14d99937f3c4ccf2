// SPDX-License-Identifier: Apache-2.0
/* main.c - davit's command line program: read the command line, run the verb, report the failure.
 */
#include "davit/cli.h"
#include "davit/error.h"

#include "base/cleanup.h"
#include "base/err.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

/* The last part of argv[0]; it names the state directory, so it must be a plain name. */
static const char *program_name(const char *argv0)
{
    const char *slash = argv0 ? strrchr(argv0, '/') : NULL;
    const char *name = slash ? slash + 1 : argv0;

    if (!name || !*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return "davit";
    return name;
}

static void keep_going(int sig)
{
}

/* A reader that went away shows as EPIPE. A handler, other than SIG_IGN, is not inherited by the
 * payload; a caller's SIG_IGN stays as it is. */
static void survive_sigpipe(void)
{
    struct sigaction ours = { .sa_handler = keep_going, .sa_flags = SA_RESTART }, callers;

    if (sigaction(SIGPIPE, &ours, &callers) == 0 && callers.sa_handler == SIG_IGN)
        sigaction(SIGPIPE, &callers, NULL);
}

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
    return error_exit_code(e->kind);
}

int main(int argc, char **argv)
{
    static const char refusal[] = "davit: error: refuse to run with raised privileges (setuid, "
                                  "setgid, file capabilities)\n";
    struct cli cli = { .log.fd = -EBADF };
    struct davit_error e = { 0 };
    int status;

    if (getauxval(AT_SECURE)) {
        (void)!write(STDERR_FILENO, refusal, sizeof refusal - 1);
        return error_exit_code(DAVIT_ERROR_UNSUPPORTED);
    }
    survive_sigpipe();
    cli.name = cli.log.name = program_name(argv[0]);
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
