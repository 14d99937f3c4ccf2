// SPDX-License-Identifier: Apache-2.0
/*
 * token.h - getting an access token where a registry's challenge says, distribution's token and
 * OAuth2 protocols.
 *
 * The realm is the registry's word, so it may be a trap: it must be https unless the registry
 * itself is not, and no address inside of networks unless the registry is on the same host.
 */
#pragma once

#include "lade/registry/challenge.h"
#include "lade/registry/credential.h"
#include "lade/registry/endpoint.h"

struct token {
    char *text;      /* malloc'd; what stands behind "Bearer " */
    int64_t expires; /* in monotonic_ms() */
};

struct token_request {
    struct endpoint *registry;
    const struct url *asked; /* the URL that was answered by the challenge */
    const struct challenge *challenge;
    const char *const *scopes;           /* NULL-terminated; asked for behind the challenge's own */
    const struct credential *credential; /* may be empty: anonymous */
};

int token_fetch(const struct token_request *request, struct token *ret, struct err *e);
void token_done(struct token *t);

/* Whether credentials and requests may go to a realm that this registry names. ERR_INVALID. */
int realm_check(const struct url *registry, const struct url *realm, struct err *e);
