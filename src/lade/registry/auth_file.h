// SPDX-License-Identifier: Apache-2.0
/*
 * auth_file.h - one file of credentials: containers-auth.json(5), Docker's config.json, .dockercfg.
 *
 * Keys are looked for from the most specific on: HOST/NAMESPACE/REPOSITORY, HOST/NAMESPACE, HOST.
 * Keys as Docker once wrote them ("https://HOST/v1/") mean the host.
 */
#pragma once

#include "base/err.h"
#include "lade/registry/credential.h"

struct auth_file;

/* ERR_OS with ENOENT when it is not there. */
int auth_file_read(const char *path, struct auth_file **ret, struct err *e);
/* name: for errors. */
int auth_file_parse(const char *name, const char *text, size_t len, struct auth_file **ret,
                    struct err *e);
void auth_file_free(struct auth_file *f);
void auth_file_freep(struct auth_file **f);
#define auto_auth_file __attribute__((__cleanup__(auth_file_freep))) struct auth_file

/* Leaves *ret alone when the file has nothing for it. Helpers are asked. repository may be "". */
int auth_file_find(const struct auth_file *f, const char *host, const char *repository,
                   struct credential *ret, struct err *e);

/* The suffix of the helper that keeps the host's credentials, or NULL. */
const char *auth_file_helper(const struct auth_file *f, const char *host, const char *repository);

/* Make, change (c not NULL) or remove the entry of one key; all else in the file stays as it is.
 * The file is made when missing, mode 0600. Removing what is not there is ERR_NOT_FOUND. */
int auth_file_change(const char *path, const char *host, const char *repository,
                     const struct credential *c, struct err *e);
