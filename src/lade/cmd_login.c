// SPDX-License-Identifier: Apache-2.0
/* cmd_login.c - lade login: keep credentials for a registry, after trying them. */
#include "lade/registry_flags.h"

#include "base/cleanup.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

struct login_values {
    struct registry_flags registry;
    const char *username;
    bool password_stdin, who;
};

#define OPTION_VALUES struct login_values

static const struct option login_options[] = {
    TEXT("u", "username", "NAME", username, "who to be (asked for on a terminal)"),
    SWITCH(NULL, "password-stdin", password_stdin, "read the password from standard input"),
    SWITCH(NULL, "get-login", who, "print who one is logged in as, and do nothing else"),
    REGISTRY_ROWS,
    { 0 },
};

/* On the terminal, not on standard output; without echo for a secret. */
static int ask(const char *question, bool secret, char **ret, struct err *e)
{
    auto_file terminal = fopen("/dev/tty", "r+e");
    struct termios before, quiet;
    size_t size = 0;
    ssize_t n;

    if (!terminal || tcgetattr(fileno(terminal), &before) < 0)
        return err_set(e, ERR_INVALID, "no terminal to ask on (see --username, --password-stdin)");
    quiet = before;
    if (secret)
        quiet.c_lflag &= ~(tcflag_t)ECHO;
    fputs(question, terminal);
    fflush(terminal);
    tcsetattr(fileno(terminal), TCSAFLUSH, &quiet);
    n = getline(ret, &size, terminal);
    tcsetattr(fileno(terminal), TCSAFLUSH, &before);
    if (secret)
        fputs("\n", terminal);
    if (n < 0)
        return err_set(e, ERR_INVALID, "nothing was entered");
    (*ret)[strcspn(*ret, "\r\n")] = '\0';
    return 0;
}

static int know(const struct login_values *v, char **username, char **password, struct err *e)
{
    if (v->username)
        *username = strdup(v->username);
    else
        TRY(ask("Username: ", false, username, e));
    if (v->password_stdin)
        TRY(secret_read("-", password, e));
    else
        TRY(ask("Password: ", true, password, e));
    if (!*username || !*password)
        return err_os(e, ENOMEM, "log in");
    if (!**username || strchr(*username, ':') || !**password)
        return err_set(e, ERR_INVALID, "a user name without ':' and a password are needed");
    return 0;
}

static int print_login(const struct credentials_options *o, const struct reference *scope,
                       struct err *e)
{
    auto_credential c = { 0 };

    TRY(credentials_find(o, scope->host, scope->repository, &c, e));
    if (!credential_found(&c))
        return err_set(e, ERR_NOT_FOUND, "not logged in to '%s'", scope->host);
    return output_text(c.identity || !c.username ? "<token>" : c.username, e);
}

/* Nothing else may stand in for what is being tried. */
static int try_login(struct cli *cli, const struct registry_flags *flags, const char *host,
                     const struct credential *c, struct err *e)
{
    auto_session session = { 0 };

    if (asprintf(&session.given, "%s:%s", c->username, c->secret) < 0)
        return err_os(e, ENOMEM, "log in");
    TRY(registry_session_start(cli, flags, &session, e));
    if (registry_check_login(session.registry, host, e) < 0)
        return err_wrap(e, "log in to %s", host);
    return 0;
}

static int login_run(struct cli *cli, const void *values, struct err *e)
{
    const struct login_values *v = values;
    struct credentials_options o = { .auth_file = v->registry.auth_file };
    auto_credential c = { 0 };
    struct reference scope;

    TRY(reference_parse_scope(cli->args[0], &scope, e));
    if (v->who)
        return print_login(&o, &scope, e);
    TRY(know(v, &c.username, &c.secret, e));
    TRY(try_login(cli, &v->registry, scope.host, &c, e));
    TRY(credentials_keep(&o, scope.host, scope.repository, &c, e));
    report_note(cli->report, "logged in to %s", cli->args[0]);
    return 0;
}

const struct cli_command cmd_login = {
    .name = "login",
    .args = "REGISTRY[/NAMESPACE]",
    .summary = "try credentials for a registry and keep them",
    .options = login_options,
    .values_size = sizeof(struct login_values),
    .min_args = 1,
    .max_args = 1,
    .run = login_run,
};
