// SPDX-License-Identifier: Apache-2.0
/*
 * remote.h - one repository at one endpoint, and requests to it with everything that makes HTTP
 * difficult: proving who we are, redirects, insecure registries.
 *
 * An Authorization header goes to the endpoint's own origin and nowhere else, whoever redirects.
 * Usable from several threads.
 */
#pragma once

#include "lade/name/reference.h"
#include "lade/registry/challenge.h"
#include "lade/registry/credentials.h"
#include "lade/registry/endpoint.h"
#include "lade/registry/token.h"

enum { REMOTE_SCOPES_MAX = 8, SCOPE_SIZE = REFERENCE_NAME_MAX + 32 };

struct remote {
    struct endpoint *endpoint;
    char repository[REFERENCE_NAME_MAX + 1];
    bool mirror;
    char source[REFERENCE_NAME_MAX + 1]; /* for a mirror: the host that it stands in for */
    const struct credentials_options *options;
    pthread_mutex_t lock; /* of what follows */
    struct credential credential;
    bool credential_known;
    struct challenge challenge; /* the last one; CHALLENGE_NONE until there is one */
    char scopes[REMOTE_SCOPES_MAX][SCOPE_SIZE];
    size_t scope_count;
    struct token token;
};

/* actions: "pull", "pull,push", "delete"; "" for the registry itself (repository "" then). */
void remote_init(struct remote *r, struct endpoint *ep, const char *repository, const char *actions,
                 const struct credentials_options *options);
void remote_done(struct remote *r);

/* Ask for one more scope with the next token (mounting from another repository). */
void remote_add_scope(struct remote *r, const char *scope);

struct remote_request {
    const char *method;
    const char *path; /* below "v2/REPOSITORY/", or with at NULL and repository "" below "v2/" */
    const struct url *at;   /* instead of path: where the registry itself has sent us */
    const char *headers[6]; /* NULL-terminated */
    struct byte_source body;
    uint64_t body_size;
    int (*rewind)(void *user, struct err *e); /* of body.user; NULL: it can be sent once */
    int (*head)(void *user, const struct http_response *response, struct err *e);
    void *user;
    struct byte_sink to;
    size_t keep_max;
};

/*
 * The final answer, whatever its status; ret->failure tells what kind a failure was. Redirects are
 * followed for GET and HEAD, and for others when the body can be sent again. ret_url: NULL, or
 * where the answer came from, what a relative Location is relative to.
 */
int remote_ask(struct remote *r, const struct remote_request *request, struct http_response *ret,
               struct url *ret_url, struct err *e);

/* remote_ask(), and a status that is neither 2xx nor `also` (0: none) is the error it stands for.
 */
int remote_get(struct remote *r, const struct remote_request *request, long also,
               struct http_response *ret, struct url *ret_url, struct err *e);

/* Where a Location or Link of an answer from `from` leads, after the checks that a redirect goes
 * through. */
int remote_follow(struct remote *r, const struct url *from, const char *location, struct url *ret,
                  struct err *e);

/* 1 with *ret when the answer has a next page (Link with rel="next"), else 0. */
int remote_next_page(struct remote *r, const struct http_response *answer, const struct url *from,
                     struct url *ret, struct err *e);
