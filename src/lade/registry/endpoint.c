// SPDX-License-Identifier: Apache-2.0
/* endpoint.c - hosts, and being patient with them. */
#include "lade/registry/endpoint.h"

#include "base/cleanup.h"
#include "base/fmt.h"
#include "lade/name/reference.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WARNINGS_MAX = 16, BROKEN_TRIES = 3, BROKEN_PAUSE_MS = 1000 };

struct endpoints {
    struct endpoints_options options;
    struct http *http;
    pthread_mutex_t lock;
    struct endpoint *first;
    char *warnings[WARNINGS_MAX]; /* those that were shown */
    size_t warning_count;
};

int endpoints_open(const struct endpoints_options *o, struct endpoints **ret, struct err *e)
{
    struct endpoints *all = calloc(1, sizeof *all);

    if (!all)
        return err_os(e, ENOMEM, "start a registry client");
    all->options = *o;
    if (http_open(&o->http, &all->http, e) < 0) {
        free(all);
        return -e->code;
    }
    pthread_mutex_init(&all->lock, NULL);
    *ret = all;
    return 0;
}

void endpoints_free(struct endpoints *all)
{
    if (!all)
        return;
    for (struct endpoint *ep = all->first, *next; ep; ep = next) {
        next = ep->next;
        certificates_done(&ep->certificates);
        free(ep);
    }
    for (size_t i = 0; i < all->warning_count; i++)
        free(all->warnings[i]);
    http_free(all->http);
    free(all);
}

struct http *endpoints_http(const struct endpoints *all)
{
    return all->http;
}

struct report *endpoints_report(const struct endpoints *all)
{
    return all->options.report;
}

const atomic_bool *endpoints_cancelled(const struct endpoints *all)
{
    return all->options.http.cancelled;
}

static int make_base(const struct endpoint *ep, bool tls, struct url *ret, struct err *e)
{
    char text[URL_HOST_SIZE + 16];

    fmt(text, sizeof text, "%s://%s/", tls ? "https" : "http", reference_api_host(ep->host));
    return url_parse(http_curl(ep->all->http), NULL, text, ret, e);
}

static int add(struct endpoints *all, const char *host, bool insecure, struct endpoint **ret,
               struct err *e)
{
    struct endpoint *ep = calloc(1, sizeof *ep);
    int rc;

    if (!ep)
        return err_os(e, ENOMEM, "start a registry client");
    ep->all = all;
    ep->insecure = insecure;
    fmt(ep->host, sizeof ep->host, "%s", host);
    gate_init(&ep->gate);
    pthread_mutex_init(&ep->lock, NULL);
    rc = make_base(ep, true, &ep->base, e);
    if (rc == 0)
        rc = certificates_find(http_curl(all->http), all->options.cert_dir, host, &ep->certificates,
                               e);
    if (rc < 0) {
        free(ep);
        return rc;
    }
    ep->certificates.tls.unverified = insecure;
    ep->next = all->first;
    all->first = ep;
    *ret = ep;
    return 0;
}

int endpoint_get(struct endpoints *all, const char *host, bool insecure, struct endpoint **ret,
                 struct err *e)
{
    struct endpoint *ep;
    int rc = 0;

    insecure |= all->options.insecure;
    pthread_mutex_lock(&all->lock);
    for (ep = all->first; ep; ep = ep->next)
        if (strcmp(ep->host, host) == 0 && ep->insecure == insecure)
            break;
    if (ep)
        *ret = ep;
    else
        rc = add(all, host, insecure, ret, e);
    pthread_mutex_unlock(&all->lock);
    return rc;
}

int endpoint_url(struct endpoint *ep, const char *path, struct url *ret, struct err *e)
{
    struct url base;

    pthread_mutex_lock(&ep->lock);
    base = ep->base;
    pthread_mutex_unlock(&ep->lock);
    return url_parse(http_curl(ep->all->http), &base, path, ret, e);
}

bool endpoint_fall_back(struct endpoint *ep, const struct url *asked, enum http_failure failure)
{
    struct err ignored;
    struct url plain;
    bool first, is_plain;

    if (!ep->insecure || !asked->tls || (failure != HTTP_TLS && failure != HTTP_UNREACHABLE) ||
        make_base(ep, false, &plain, &ignored) < 0)
        return false;
    pthread_mutex_lock(&ep->lock);
    first = !ep->settled && ep->base.tls;
    if (first)
        ep->base = plain;
    is_plain = !ep->base.tls; /* by us or by another thread */
    pthread_mutex_unlock(&ep->lock);
    if (first)
        report_warning(ep->all->options.report, "%s: no TLS, going on without as it is insecure",
                       ep->host);
    return is_plain;
}

/* Once each: a registry repeats them with every answer. */
static void show_warnings(struct endpoint *ep, const struct http_response *r)
{
    struct endpoints *all = ep->all;
    const char *value = NULL;
    char text[400];

    while ((value = headers_next(&r->headers, "Warning", value))) {
        bool known = false;

        if (!warning_parse(value, text, sizeof text))
            continue;
        pthread_mutex_lock(&all->lock);
        for (size_t i = 0; i < all->warning_count; i++)
            known |= strcmp(all->warnings[i], text) == 0;
        if (!known && all->warning_count < WARNINGS_MAX) {
            char *copy = strdup(text);

            if (copy)
                all->warnings[all->warning_count++] = copy;
        }
        pthread_mutex_unlock(&all->lock);
        if (!known)
            report_warning(all->options.report, "%s says: %s", ep->host, text);
    }
}

static void debug_answer(const struct endpoint *ep, const struct http_request *request,
                         const struct http_response *r)
{
    char place[512];

    url_redact(request->url->text, place, sizeof place);
    report_debug(ep->all->options.report, "%s %s: %ld", request->method, place, r->status);
}

/* How long to wait after a 429 or 503; false when that is too long. */
static bool delay_of(const struct http_response *r, unsigned try, uint64_t *ret)
{
    const char *text = headers_get(&r->headers, "Retry-After");

    if (!text || !retry_after_parse(text, (int64_t)time(NULL), ret))
        *ret = gate_delay(try);
    return *ret <= GATE_PATIENCE_MS;
}

static bool may_repeat(const struct http_request *request, int (*rewind)(void *user, struct err *e))
{
    return request->body_size == 0 || rewind;
}

/* A connection broke, or a server has hiccups, and nobody has seen a byte of the answer. */
static bool is_hiccup(const struct http_request *request, const struct http_response *r)
{
    bool reads = strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;

    if (!reads || request->to.write)
        return false;
    return r->failure == HTTP_BROKEN ||
           (r->failure == HTTP_NO_FAILURE &&
            (r->status == 500 || r->status == 502 || r->status == 504));
}

/* Whether to ask again, after what was waited for. */
static bool again(struct endpoint *ep, const struct http_request *request,
                  int (*rewind)(void *user, struct err *e), const struct http_response *r,
                  unsigned try)
{
    const atomic_bool *cancelled = ep->all->options.http.cancelled;
    uint64_t delay;

    if (is_hiccup(request, r))
        return try + 1 < BROKEN_TRIES && pause_ms(BROKEN_PAUSE_MS, cancelled);
    if (r->failure != HTTP_NO_FAILURE || (r->status != 429 && r->status != 503))
        return false;
    if (try + 1 >= GATE_TRIES || !may_repeat(request, rewind) || !delay_of(r, try, &delay))
        return false;
    report_note(ep->all->options.report, "%s is busy (status %ld), waiting %u s", ep->host,
                r->status, (unsigned)((delay + 999) / 1000));
    gate_close(&ep->gate, delay);
    return true;
}

int endpoint_perform(struct endpoint *ep, struct http_request *request,
                     int (*rewind)(void *user, struct err *e), struct http_response *ret,
                     struct err *e)
{
    request->tls = &ep->certificates.tls;
    for (unsigned try = 0;; try++) {
        int rc;

        *ret = (struct http_response){ 0 };
        if (!gate_wait(&ep->gate, ep->all->options.http.cancelled)) {
            ret->failure = HTTP_OURS;
            return err_os(e, ECANCELED, "%s", ep->host);
        }
        if (try > 0 && request->body_size > 0 && rewind(request->body.user, e) < 0) {
            ret->failure = HTTP_OURS;
            return -e->code;
        }
        rc = http_perform(ep->all->http, request, ret, e);
        if (rc == 0)
            show_warnings(ep, ret);
        debug_answer(ep, request, ret);
        if (rc == 0) {
            pthread_mutex_lock(&ep->lock);
            ep->settled = true;
            pthread_mutex_unlock(&ep->lock);
        }
        if (!again(ep, request, rewind, ret, try))
            return rc;
        http_response_done(ret);
    }
}
