// SPDX-License-Identifier: Apache-2.0
/*
 * credentials.h - where credentials are looked for, and where login keeps them.
 *
 * In this order: what the command line or environment names; $DOCKER_AUTH_CONFIG;
 * $XDG_RUNTIME_DIR/containers/auth.json (or /run/containers/UID/); $XDG_CONFIG_HOME/containers/
 * auth.json; $DOCKER_CONFIG/config.json; ~/.dockercfg. The first that has something for the host
 * is used. They are never asked on behalf of a mirror.
 */
#pragma once

#include "base/err.h"
#include "lade/registry/credential.h"

struct credentials_options {
    const char *auth_file; /* NULL, or the only file to look into ($REGISTRY_AUTH_FILE, too) */
    const char *given;     /* NULL, or NAME:PASSWORD for whatever registry is named */
    const char *token;     /* NULL, or a bearer token, likewise */
    bool none;             /* be nobody */
};

/* *ret stays empty when nothing is known. */
int credentials_find(const struct credentials_options *o, const char *host, const char *repository,
                     struct credential *ret, struct err *e);

/* The file that login writes; into ret of size bytes. */
int credentials_own_file(const struct credentials_options *o, char *ret, size_t size,
                         struct err *e);

/* Into the helper that the own file names for the host, else into the file. */
int credentials_keep(const struct credentials_options *o, const char *host, const char *repository,
                     const struct credential *c, struct err *e);
/* ERR_NOT_FOUND when there is none. */
int credentials_forget(const struct credentials_options *o, const char *host,
                       const char *repository, struct err *e);
