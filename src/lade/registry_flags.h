// SPDX-License-Identifier: Apache-2.0
/*
 * registry_flags.h - the options of all verbs that talk to registries.
 *
 * A verb's values have a `struct registry_flags registry`, its table has REGISTRY_ROWS.
 */
#pragma once

#include "lade/cli.h"
#include "lade/name/platform.h"
#include "lade/registry/registry.h"

struct registry_flags {
    const char *auth_file, *creds_from, *cert_dir, *registries_conf;
    bool no_creds;
    int unverified; /* of "true|false" */
    unsigned stall_seconds;
};

// clang-format off
#define REGISTRY_ROWS                                                                              \
    TEXT(NULL, "authfile", "FILE", registry.auth_file,                                             \
         "where credentials are (default: see lade-login(1))"),                                    \
    TEXT(NULL, "creds-from", "FILE", registry.creds_from,                                          \
         "a file with NAME:PASSWORD, - for standard input (also $LADE_CREDS)"),                    \
    SWITCH(NULL, "no-creds", registry.no_creds, "be nobody"),                                      \
    TEXT(NULL, "cert-dir", "DIR", registry.cert_dir,                                               \
         "certificates instead of those below certs.d"),                                           \
    CHOICE(NULL, "tls-verify", "true|false", registry.unverified, 0,                               \
           "false: do not check certificates, go on without TLS where there is none"),             \
    TEXT(NULL, "registries-conf", "FILE", registry.registries_conf,                                \
         "mirrors and rewrites instead of the usual registries.conf"),                             \
    NUMBER(NULL, "stall-timeout", "SECONDS", registry.stall_seconds,                               \
           "give a transfer up after so long without progress (default: 60)")
// clang-format on

/* What a client needs as long as it lives. */
struct registry_session {
    struct registry *registry;
    atomic_bool cancelled;
    char *given; /* NAME:PASSWORD */
};

/* The flags say how; *s is zeroed before and must not move. */
int registry_session_open(struct cli *cli, const struct registry_flags *flags,
                          struct registry_session *s, struct err *e);
/* The same with s->given as it is, whatever the flags and the environment say. */
int registry_session_start(struct cli *cli, const struct registry_flags *flags,
                           struct registry_session *s, struct err *e);
void registry_session_done(struct registry_session *s);
#define auto_session __attribute__((__cleanup__(registry_session_done))) struct registry_session

/* The first line of a file or, for "-", of standard input, malloc'd. It holds a secret. */
int secret_read(const char *path, char **ret, struct err *e);

/* "a,b" or several --platform options as a list in the arena. "all" sets *ret_all instead. */
int platforms_read(struct arena *arena, const struct option_list *list, struct platform **ret,
                   size_t *ret_count, bool *ret_all, struct err *e);

/* "lade VERB host/repository": a name without tag and digest. */
int repository_parse(const char *text, struct reference *ret, struct err *e);
