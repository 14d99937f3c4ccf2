// SPDX-License-Identifier: Apache-2.0
/* cmd_logout.c - lade logout: forget credentials. */
#include "lade/cli.h"

#include "base/cleanup.h"
#include "lade/name/reference.h"
#include "lade/registry/credentials.h"

struct logout_values {
    const char *auth_file;
};

#define OPTION_VALUES struct logout_values

static const struct option logout_options[] = {
    TEXT(NULL, "authfile", "FILE", auth_file, "where credentials are (default: see lade-login(1))"),
    { 0 },
};

static int logout_run(struct cli *cli, const void *values, struct err *e)
{
    const struct logout_values *v = values;
    struct credentials_options o = { .auth_file = v->auth_file };
    auto_credential other = { 0 };
    struct reference scope;

    TRY(reference_parse_scope(cli->args[0], &scope, e));
    TRY(credentials_forget(&o, scope.host, scope.repository, e));
    if (credentials_find(&o, scope.host, scope.repository, &other, e) == 0 &&
        credential_found(&other))
        report_warning(cli->report, "another file still has credentials for %s", cli->args[0]);
    return 0;
}

const struct cli_command cmd_logout = {
    .name = "logout",
    .args = "REGISTRY[/NAMESPACE]",
    .summary = "forget the credentials for a registry",
    .options = logout_options,
    .values_size = sizeof(struct logout_values),
    .min_args = 1,
    .max_args = 1,
    .run = logout_run,
};
