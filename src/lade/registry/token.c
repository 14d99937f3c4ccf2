// SPDX-License-Identifier: Apache-2.0
/* token.c - exchanging credentials for access tokens. */
#include "lade/registry/token.h"

#include "base/cleanup.h"
#include "base/fmt.h"
#include "base/json_fields.h"
#include "lade/registry/memory.h"
#include "lade/registry/refusal.h"

#include <stdio.h>
#include <string.h>

enum {
    TOKEN_BODY_MAX = 1 << 20,
    HOPS_MAX = 5,
    LIFETIME_SECONDS = 60, /* when the server doesn't say */
    EARLY_SECONDS = 5      /* a token that ends on the way is no use */
};

static const char client_id[] = "lade";

struct answer {
    char *token, *access_token;
    uint64_t expires_in;
};

void token_done(struct token *t)
{
    secret_freep(&t->text);
    t->expires = 0;
}

int realm_check(const struct url *registry, const struct url *realm, struct err *e)
{
    enum reach reach = url_reach(realm);

    if (registry->tls && !realm->tls)
        return err_set(e, ERR_INVALID, "%s wants credentials to go to '%s' without TLS",
                       registry->host, realm->host);
    if (reach == REACH_PUBLIC || strcmp(registry->host, realm->host) == 0)
        return 0;
    if (reach == REACH_LOOPBACK && url_reach(registry) == REACH_LOOPBACK)
        return 0;
    return err_set(e, ERR_INVALID, "%s wants credentials to go to '%s', an inner address",
                   registry->host, realm->host);
}

/* Letters, digits and "-._~" as they are (RFC 3986), the rest as %XX. */
static void add_escaped(struct buf *b, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            strchr("-._~", c))
            buf_add(b, text, 1);
        else
            buf_printf(b, "%%%02X", c);
    }
}

static void add_field(struct buf *b, const char *name, const char *value)
{
    if (!*value)
        return;
    if (b->len > 0)
        buf_puts(b, "&");
    buf_puts(b, name);
    buf_puts(b, "=");
    add_escaped(b, value);
}

/* What was demanded comes first: some servers read only the first scope. */
static bool demanded(const struct challenge *c, const char *scope)
{
    size_t n = strlen(scope);

    for (const char *at = strstr(c->scope, scope); at; at = strstr(at + 1, scope))
        if ((at == c->scope || at[-1] == ' ') && (!at[n] || at[n] == ' '))
            return true;
    return false;
}

/* GET has a field for each scope, POST one with spaces between them. */
static void add_scopes(struct buf *b, const struct token_request *request, bool joined)
{
    const struct challenge *c = request->challenge;
    auto_buf all = { 0 };

    if (*c->scope)
        buf_puts(&all, c->scope);
    for (const char *const *s = request->scopes; s && *s; s++)
        if (!demanded(c, *s))
            buf_printf(&all, "%s%s", all.len ? " " : "", *s);
    if (!all.data)
        return;
    b->failed |= all.failed;
    if (joined) {
        add_field(b, "scope", all.data);
        return;
    }
    for (char *s = all.data, *end; s && *s; s = end) {
        end = strchr(s, ' ');
        if (end)
            *end++ = '\0';
        add_field(b, "scope", s);
    }
}

static int read_answer(const struct url *realm, const struct http_response *r, struct token *ret,
                       struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_STRING(struct answer, token, "token", JSON_EMPTY_NULL),
        FIELD_STRING(struct answer, access_token, "access_token", JSON_EMPTY_NULL),
        FIELD_INT(struct answer, expires_in, "expires_in", 0, INT32_MAX, 0),
    };
    cleanup(arena_done) struct arena arena = { 0 };
    cleanup(json_putp) struct json_object *root = NULL;
    struct json_doc doc = { .name = "", .arena = &arena };
    struct json_at at = { .doc = &doc };
    struct answer a = { .expires_in = LIFETIME_SECONDS };
    const char *text;
    struct err why;

    /* Words about the text could quote it. */
    if (!r->body.len || json_parse(r->body.data, r->body.len, &root, &why) < 0 || !root)
        return err_set(e, ERR_PROTOCOL, "%s: the answer is no token", realm->host);
    at.value = root;
    if (json_read_fields(&at, fields, ARRAY_SIZE(fields), &a, &why) < 0)
        return err_set(e, ERR_PROTOCOL, "%s: the answer is no token", realm->host);
    text = a.token ? a.token : a.access_token;
    for (const char *p = text; p && *p; p++)
        if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f)
            text = NULL;
    if (!text)
        return err_set(e, ERR_PROTOCOL, "%s: the answer is no token", realm->host);
    ret->text = strdup(text);
    ret->expires = monotonic_ms() + ((int64_t)a.expires_in - EARLY_SECONDS) * 1000;
    return ret->text ? 0 : err_os(e, ENOMEM, "keep a token");
}

/* One request to a realm, whose place was checked. body: NULL for GET. */
static int ask_once(const struct token_request *request, const struct url *to,
                    const char *authorization, struct buf *body, struct http_response *ret,
                    struct err *e)
{
    const char *headers[4] = { "Accept: application/json" };
    struct memory_source memory = { .data = body ? body->data : "", .size = body ? body->len : 0 };
    char host[URL_HOST_SIZE + 8];
    struct http_request ask = {
        .method = body ? "POST" : "GET",
        .url = to,
        .headers = headers,
        .no_local = strcmp(to->host, request->asked->host) != 0 &&
                    url_reach(request->asked) != REACH_LOOPBACK,
        .keep_max = TOKEN_BODY_MAX,
    };
    struct endpoint *ep;
    size_t n = 1;

    if (authorization)
        headers[n++] = authorization;
    if (body) {
        headers[n++] = "Content-Type: application/x-www-form-urlencoded";
        ask.body = memory_source(&memory);
        ask.body_size = body->len;
    }
    url_authority(to, host, sizeof host);
    TRY(endpoint_get(request->registry->all, host, request->registry->insecure, &ep, e));
    return endpoint_perform(ep, &ask, memory_rewind, ret, e);
}

/* Follow redirects, each to a place that is checked as the first was. Whoever is redirected to
 * learns nothing about us: neither what was posted nor who asked. */
static int ask(const struct token_request *request, const struct url *realm,
               const char *authorization, struct buf *body, struct http_response *ret,
               struct err *e)
{
    const struct curl_library *curl = http_curl(endpoints_http(request->registry->all));
    struct url to = *realm, next;

    for (unsigned hop = 0; hop <= HOPS_MAX; hop++) {
        bool home = url_same_origin(realm, &to);
        const char *location;

        TRY(realm_check(request->asked, &to, e));
        TRY(ask_once(request, &to, home ? authorization : NULL, body, ret, e));
        location = headers_get(&ret->headers, "Location");
        if (ret->status / 100 != 3 || !location)
            return 0;
        if (body)
            return err_set(e, ERR_INVALID, "%s redirects a request that holds credentials",
                           to.host);
        if (url_parse(curl, &to, location, &next, e) < 0)
            return err_wrap(e, "%s redirects", to.host);
        http_response_done(ret);
        *ret = (struct http_response){ 0 };
        to = next;
    }
    return err_set(e, ERR_PROTOCOL, "%s redirects in circles", realm->host);
}

static int conclude(const struct url *realm, const struct http_response *r, struct token *ret,
                    struct err *e)
{
    char what[URL_HOST_SIZE + 32];

    fmt(what, sizeof what, "get a token from %s", realm->host);
    if (r->status / 100 != 2)
        return refusal(r, what, e);
    return read_answer(realm, r, ret, e);
}

/* OAuth2: the identity token itself is the grant. 1 when the server knows no such request. */
static int fetch_by_post(const struct token_request *request, const struct url *realm,
                         struct token *ret, struct err *e)
{
    auto_response r = { 0 };
    auto_buf body = { 0 };
    int rc;

    add_field(&body, "grant_type", "refresh_token");
    add_field(&body, "service", request->challenge->service);
    add_scopes(&body, request, true);
    add_field(&body, "client_id", client_id);
    add_field(&body, "access_type", "offline");
    add_field(&body, "refresh_token", request->credential->secret);
    if (buf_failed(&body))
        return err_os(e, ENOMEM, "get a token");
    rc = ask(request, realm, NULL, &body, &r, e);
    explicit_bzero(body.data, body.len);
    TRY(rc);
    if (r.status == 404 || r.status == 405)
        return 1;
    return conclude(realm, &r, ret, e);
}

/* "Authorization: Basic ..."; NULL without credentials or memory. */
static char *basic_header(const struct credential *c)
{
    auto_secret *pair = NULL, *text = NULL;
    char *line = NULL;

    if (!c->secret || asprintf(&pair, "%s:%s", c->username ? c->username : "", c->secret) < 0)
        return NULL;
    text = base64_encode(pair, strlen(pair));
    return text && asprintf(&line, "Authorization: Basic %s", text) >= 0 ? line : NULL;
}

static int fetch_by_get(const struct token_request *request, const struct url *realm,
                        struct token *ret, struct err *e)
{
    const struct credential *c = request->credential;
    auto_secret *authorization = basic_header(c);
    auto_response r = { 0 };
    auto_buf query = { 0 }, text = { 0 };
    struct url to;

    add_field(&query, "service", request->challenge->service);
    add_scopes(&query, request, false);
    if (c->secret && c->username)
        add_field(&query, "account", c->username);
    add_field(&query, "client_id", client_id);
    buf_printf(&text, "%s%s%s", realm->text, strchr(realm->text, '?') ? "&" : "?",
               query.data ? query.data : "");
    if (buf_failed(&query) || buf_failed(&text) || (c->secret && !authorization))
        return err_os(e, ENOMEM, "get a token");
    TRY(url_parse(http_curl(endpoints_http(request->registry->all)), NULL, text.data, &to, e));
    TRY(ask(request, &to, authorization, NULL, &r, e));
    return conclude(realm, &r, ret, e);
}

int token_fetch(const struct token_request *request, struct token *ret, struct err *e)
{
    const struct curl_library *curl = http_curl(endpoints_http(request->registry->all));
    struct url realm;
    int rc = 1;

    if (url_parse(curl, NULL, request->challenge->realm, &realm, e) < 0)
        return err_wrap(e, "%s: the place where it hands out tokens", request->registry->host);
    TRY(realm_check(request->asked, &realm, e));
    if (request->credential->identity)
        rc = fetch_by_post(request, &realm, ret, e);
    return rc == 1 ? fetch_by_get(request, &realm, ret, e) : rc;
}
