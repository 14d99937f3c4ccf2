// SPDX-License-Identifier: Apache-2.0
/* cmd_exec.c - davit exec. */
#include "davit/cli.h"
#include "davit/error.h"

#include "base/err.h"

// clang-format off
static const struct option exec_options[] = {
    TEXT("p", "process", "FILE", exec.process_file, "JSON file with the process to run, instead of COMMAND"),
    TEXT(NULL, "cwd", "DIR", exec.cwd, "working directory (default: the container's)"),
    LIST("e", "env", "KEY=VALUE", env, "add a variable to the environment; may be repeated"),
    SWITCH("t", "tty", exec.tty, "give it a terminal"),
    TEXT("u", "user", "USER[:GROUP]", exec.user, "run as this user, by number or by name (default: the container's)"),
    LIST("g", "additional-gids", "GID", gids, "add a group to the container's; may be repeated"),
    LIST("c", "cap", "CAP", caps, "add a capability; may be repeated"),
    SWITCH(NULL, "no-new-privs", exec.no_new_privs, "set no_new_privs for it"),
    TEXT(NULL, "apparmor", "PROFILE", exec.apparmor, "AppArmor profile for it"),
    TEXT(NULL, "process-label", "LABEL", exec.process_label, "SELinux label for it"),
    SWITCH("d", "detach", exec.detach, "return when it has started"),
    TEXT(NULL, "console-socket", "SOCK", exec.console_socket,
         "unix socket that receives the terminal of a detached process"),
    TEXT(NULL, "pid-file", "FILE", exec.pid_file, "write its process id here, digits only"),
    TEXT(NULL, "pidfd-socket", "SOCK", exec.pidfd_socket, "unix socket that receives a pidfd of it"),
    NUMBER(NULL, "preserve-fds", "N", exec.preserve_fds, "pass descriptors 3 to 2+N to it"),
    LIST(NULL, "cgroup", "[CONTROLLER:]PATH", cgroups, "join this cgroup below the container's; may be repeated"),
    SWITCH(NULL, "ignore-paused", exec.ignore_paused,
           "in a paused container, too: the process begins when it is resumed"),
    TEXT(NULL, "trace", "FILE", exec.trace, "write a timeline of the start in Chrome's trace format"),
    { 0 },
};
// clang-format on

/* The process file says it all: an option beside it would be lost silently. */
static int check_process_file(const struct option_values *v, struct davit_error *e)
{
    const struct davit_exec_options *x = &v->exec;
    const char *other = x->cwd             ? "cwd"
                        : v->env.n         ? "env"
                        : x->user          ? "user"
                        : v->gids.n        ? "additional-gids"
                        : v->caps.n        ? "cap"
                        : x->no_new_privs  ? "no-new-privs"
                        : x->apparmor      ? "apparmor"
                        : x->process_label ? "process-label"
                                           : NULL;

    if (other)
        return error_set(e, DAVIT_ERROR_INVALID,
                         "option '--%s' can't be used together with '--process'", other);
    if (v->n_args > 1)
        return error_set(e, DAVIT_ERROR_INVALID,
                         "command '%s' can't be used together with '--process'", v->args[1]);
    return 0;
}

static int exec_run(struct cli *cli, struct davit_error *e)
{
    struct option_values *v = &cli->values;
    struct davit_exec_options *options = &v->exec;
    int status = 0;

    if (options->process_file)
        TRY(check_process_file(v, e));
    else if (v->n_args < 2)
        return error_set(e, DAVIT_ERROR_INVALID,
                         "missing command (usage: exec [OPTION]... ID COMMAND [ARG]...)");
    TRY(listen_read(&options->listen_fds, &options->listen_names, e));
    options->size = sizeof *options;
    options->argv = options->process_file ? NULL : (const char *const *)v->args + 1;
    options->env = v->env.items;
    options->caps = v->caps.items;
    options->cgroups = v->cgroups.items;
    options->additional_gids = v->gids.items;
    TRY(davit_exec(cli->context, v->args[0], options, &status, e));
    return status;
}

const struct cli_command cmd_exec = {
    .name = "exec",
    .args = "ID [COMMAND [ARG]...]",
    .summary = "run another process in a running container",
    .options = exec_options,
    .min_args = 1,
    .stop_after = 1,
    .passes_status = true,
    .run = exec_run,
};
