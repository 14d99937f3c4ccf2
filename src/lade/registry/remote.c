// SPDX-License-Identifier: Apache-2.0
/* remote.c - requests to a repository: authorisation and redirects. */
#include "lade/registry/remote.h"

#include "base/cleanup.h"
#include "base/fmt.h"
#include "lade/registry/refusal.h"

#include <stdio.h>
#include <string.h>

enum { HOPS_MAX = 10, MIRROR_CONNECT_SECONDS = 5, HEADERS_MAX_ASKED = 8 };

void remote_init(struct remote *r, struct endpoint *ep, const char *repository, const char *actions,
                 const struct credentials_options *options)
{
    *r = (struct remote){ .endpoint = ep, .options = options };
    pthread_mutex_init(&r->lock, NULL);
    fmt(r->repository, sizeof r->repository, "%s", repository);
    if (*repository) {
        fmt(r->scopes[0], SCOPE_SIZE, "repository:%s:%s", repository, actions);
        r->scope_count = 1;
    }
}

void remote_done(struct remote *r)
{
    credential_done(&r->credential);
    token_done(&r->token);
    pthread_mutex_destroy(&r->lock);
}

void remote_add_scope(struct remote *r, const char *scope)
{
    bool known = false;

    pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < r->scope_count; i++)
        known |= strcmp(r->scopes[i], scope) == 0;
    if (!known && r->scope_count < REMOTE_SCOPES_MAX) {
        fmt(r->scopes[r->scope_count++], SCOPE_SIZE, "%s", scope);
        token_done(&r->token);
    }
    pthread_mutex_unlock(&r->lock);
}

/* --- who we are; all of these with the lock held --- */

static int know_credential(struct remote *r, struct err *e)
{
    struct credentials_options options = *r->options;

    if (r->credential_known)
        return 0;
    /* What was given for the registry is nobody else's business. */
    if (r->mirror)
        options.given = options.token = NULL;
    TRY(credentials_find(&options, r->endpoint->host, r->repository, &r->credential, e));
    r->credential_known = true;
    return 0;
}

static int renew_token(struct remote *r, const struct url *asked, struct err *e)
{
    const char *scopes[REMOTE_SCOPES_MAX + 1] = { 0 };
    struct token_request request = {
        .registry = r->endpoint,
        .asked = asked,
        .challenge = &r->challenge,
        .scopes = scopes,
        .credential = &r->credential,
    };

    for (size_t i = 0; i < r->scope_count; i++)
        scopes[i] = r->scopes[i];
    token_done(&r->token);
    return token_fetch(&request, &r->token, e);
}

static int basic_line(const struct credential *c, char **ret, struct err *e)
{
    auto_secret *pair = NULL, *text = NULL;

    if (!c->secret || c->identity)
        return 0;
    if (asprintf(&pair, "%s:%s", c->username, c->secret) < 0)
        return err_os(e, ENOMEM, "prepare credentials");
    text = base64_encode(pair, strlen(pair));
    if (!text || asprintf(ret, "Authorization: Basic %s", text) < 0)
        return err_os(e, ENOMEM, "prepare credentials");
    return 0;
}

static int bearer_line(const char *token, char **ret, struct err *e)
{
    return asprintf(ret, "Authorization: Bearer %s", token) < 0
               ? err_os(e, ENOMEM, "prepare credentials")
               : 0;
}

static int make_authorization(struct remote *r, const struct url *asked, char **ret, struct err *e)
{
    TRY(know_credential(r, e));
    if (r->credential.registry_token)
        return bearer_line(r->credential.registry_token, ret, e);
    if (r->challenge.scheme == CHALLENGE_BASIC)
        return basic_line(&r->credential, ret, e);
    if (r->challenge.scheme != CHALLENGE_BEARER)
        return 0;
    if (!r->token.text || monotonic_ms() >= r->token.expires)
        TRY(renew_token(r, asked, e));
    return bearer_line(r->token.text, ret, e);
}

/* The line to send to the endpoint as far as it is known what it wants; NULL: nothing yet. */
static int authorization(struct remote *r, const struct url *asked, char **ret, struct err *e)
{
    int rc;

    pthread_mutex_lock(&r->lock);
    rc = make_authorization(r, asked, ret, e);
    pthread_mutex_unlock(&r->lock);
    return rc;
}

/* Learn from a 401. True when the next try has something else to show. */
static bool learn(struct remote *r, const struct http_response *response, const char *sent)
{
    struct challenge c = { 0 };
    const char *value = NULL;
    bool news = false;

    while ((value = headers_next(&response->headers, "WWW-Authenticate", value)))
        challenge_parse(value, &c);
    pthread_mutex_lock(&r->lock);
    if (c.scheme == CHALLENGE_BEARER && !r->credential.registry_token) {
        /* Another thread may have fetched a better one meanwhile. */
        if (!r->token.text || !sent || strstr(sent, r->token.text))
            token_done(&r->token);
        r->challenge = c;
        news = true;
    } else if (c.scheme == CHALLENGE_BASIC) {
        r->challenge = c;
        news = !sent && r->credential.secret && !r->credential.identity;
    }
    pthread_mutex_unlock(&r->lock);
    return news;
}

/* 401, or a 403 that says that a token for more would do. */
static bool wants_more(const struct http_response *r)
{
    const char *value = headers_get(&r->headers, "WWW-Authenticate");

    return r->status == 401 || (r->status == 403 && value && strstr(value, "insufficient_scope"));
}

/* --- where it goes --- */

static int first_url(struct remote *r, const struct remote_request *request, struct url *ret,
                     struct err *e)
{
    char path[2048];

    if (request->at) {
        *ret = *request->at;
        return 0;
    }
    fmt(path, sizeof path, "v2/%s%s%s", r->repository, *r->repository ? "/" : "", request->path);
    /* A mirror may serve several registries: it is told which one. */
    if (r->mirror)
        fmt(path + strlen(path), sizeof path - strlen(path), "%sns=%s",
            strchr(path, '?') ? "&" : "?", r->source);
    return endpoint_url(r->endpoint, path, ret, e);
}

/* A stranger's directions: no step down from TLS, and not into this machine or its link unless we
 * are there already. */
static int check_redirect(const struct url *from, const struct url *to, struct err *e)
{
    if (from->tls && !to->tls)
        return err_set(e, ERR_INVALID, "%s redirects to '%s' without TLS", from->host, to->host);
    if (url_reach(to) >= REACH_LOOPBACK && url_reach(to) != url_reach(from))
        return err_set(e, ERR_INVALID, "%s redirects to '%s', an inner address", from->host,
                       to->host);
    return 0;
}

int remote_follow(struct remote *r, const struct url *from, const char *location, struct url *ret,
                  struct err *e)
{
    if (url_parse(http_curl(endpoints_http(r->endpoint->all)), from, location, ret, e) < 0)
        return err_wrap(e, "%s redirects", from->host);
    return check_redirect(from, ret, e);
}

int remote_next_page(struct remote *r, const struct http_response *answer, const struct url *from,
                     struct url *ret, struct err *e)
{
    const char *link = headers_get(&answer->headers, "Link");
    char target[URL_MAX];

    if (!link || !link_next_parse(link, target, sizeof target))
        return 0;
    TRY(remote_follow(r, from, target, ret, e));
    if (strcmp(ret->text, from->text) == 0)
        return err_set(e, ERR_PROTOCOL, "%s: a page is followed by itself", from->host);
    return 1;
}

static bool is_redirect(const struct remote_request *request, const struct http_response *r)
{
    bool reads = strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
    bool keeps_method = r->status == 307 || r->status == 308;

    if (!keeps_method && !(reads && (r->status >= 301 && r->status <= 303)))
        return false;
    return headers_get(&r->headers, "Location") && (request->body_size == 0 || request->rewind);
}

/* The origin that credentials are for: the endpoint's as it is now. */
static bool is_home(struct remote *r, const struct url *u)
{
    bool home;

    pthread_mutex_lock(&r->endpoint->lock);
    home = url_same_origin(&r->endpoint->base, u);
    pthread_mutex_unlock(&r->endpoint->lock);
    return home;
}

/* One request to one place. */
static int ask_once(struct remote *r, const struct remote_request *request, const struct url *to,
                    const struct url *from, const char *line, struct http_response *ret,
                    struct err *e)
{
    const char *headers[HEADERS_MAX_ASKED + 1] = { 0 };
    struct http_request ask = {
        .method = request->method,
        .url = to,
        .headers = headers,
        .no_local = from && strcmp(from->host, to->host) != 0 && url_reach(from) != REACH_LOOPBACK,
        .connect_seconds = r->mirror ? MIRROR_CONNECT_SECONDS : 0,
        .body = request->body,
        .body_size = request->body_size,
        .head = request->head,
        .user = request->user,
        .to = request->to,
        .keep_max = request->keep_max,
    };
    struct endpoint *ep = r->endpoint;
    char host[URL_HOST_SIZE + 8];
    size_t n = 0;

    for (; n < ARRAY_SIZE(request->headers) && request->headers[n]; n++)
        headers[n] = request->headers[n];
    if (line)
        headers[n] = line;
    /* Somebody else gets neither our certificates nor the registry's indulgence. */
    if (!is_home(r, to)) {
        url_authority(to, host, sizeof host);
        TRY(endpoint_get(ep->all, host, false, &ep, e));
    }
    return endpoint_perform(ep, &ask, request->rewind, ret, e);
}

/* With the first request of an insecure registry it turns out whether it speaks TLS. */
static int ask_home(struct remote *r, const struct remote_request *request, struct url *to,
                    const char *line, struct http_response *ret, struct err *e)
{
    int rc = ask_once(r, request, to, NULL, line, ret, e);

    if (rc == 0 || request->at || !endpoint_fall_back(r->endpoint, to, ret->failure))
        return rc;
    http_response_done(ret);
    TRY(first_url(r, request, to, e));
    return ask_once(r, request, to, NULL, line, ret, e);
}

static int bring_back(const struct remote_request *request, struct err *e)
{
    return request->body_size > 0 ? request->rewind(request->body.user, e) : 0;
}

/* Ask at home until there is an answer that is not a 401 which we have something to say to. Once
 * to learn the scheme, once more for a scope or a token that was not good enough. */
static int ask_authorised(struct remote *r, const struct remote_request *request, struct url *to,
                          struct http_response *ret, struct err *e)
{
    for (unsigned try = 0;; try++) {
        auto_secret *line = NULL;
        bool can_repeat = request->body_size == 0 || request->rewind;

        if (is_home(r, to))
            TRY(authorization(r, to, &line, e));
        TRY(ask_home(r, request, to, line, ret, e));
        if (!wants_more(ret) || try == 2 || !can_repeat || !is_home(r, to) || !learn(r, ret, line))
            return 0;
        http_response_done(ret);
        *ret = (struct http_response){ 0 };
        TRY(bring_back(request, e));
    }
}

int remote_ask(struct remote *r, const struct remote_request *request, struct http_response *ret,
               struct url *ret_url, struct err *e)
{
    struct url to, next;

    *ret = (struct http_response){ .failure = HTTP_OURS };
    TRY(first_url(r, request, &to, e));
    TRY(ask_authorised(r, request, &to, ret, e));
    for (unsigned hop = 0; is_redirect(request, ret); hop++) {
        if (hop == HOPS_MAX)
            return err_set(e, ERR_PROTOCOL, "%s redirects in circles", to.host);
        TRY(remote_follow(r, &to, headers_get(&ret->headers, "Location"), &next, e));
        TRY(bring_back(request, e));
        http_response_done(ret);
        *ret = (struct http_response){ .failure = HTTP_OURS };
        if (is_home(r, &next)) {
            auto_secret *line = NULL;

            TRY(authorization(r, &next, &line, e));
            TRY(ask_once(r, request, &next, &to, line, ret, e));
        } else {
            TRY(ask_once(r, request, &next, &to, NULL, ret, e));
        }
        to = next;
    }
    if (ret_url)
        *ret_url = to;
    return 0;
}

int remote_get(struct remote *r, const struct remote_request *request, long also,
               struct http_response *ret, struct url *ret_url, struct err *e)
{
    char what[600];

    TRY(remote_ask(r, request, ret, ret_url, e));
    if (ret->status / 100 == 2 || (also && ret->status == also))
        return 0;
    fmt(what, sizeof what, "%s %s/%s%s%s", request->method, r->endpoint->host, r->repository,
        request->at ? "" : " ", request->at ? "" : request->path);
    what[strcspn(what, "?")] = '\0';
    return refusal(ret, what, e);
}
