// SPDX-License-Identifier: Apache-2.0
/*
 * keychain.h - docker-credential-SUFFIX: programs that keep credentials for others.
 *
 * The server's name goes to standard input, so neither it nor a secret is ever an argument.
 */
#pragma once

#include "base/err.h"
#include "lade/registry/credential.h"

/* ERR_NOT_FOUND when the helper knows none; *ret is left alone then. */
int keychain_get(const char *suffix, const char *server, struct credential *ret, struct err *e);
int keychain_store(const char *suffix, const char *server, const struct credential *c,
                   struct err *e);
int keychain_erase(const char *suffix, const char *server, struct err *e);
