// SPDX-License-Identifier: Apache-2.0
/* http.c - requests by libcurl's easy interface, one handle for each thread that needs one. */
#include "lade/registry/http.h"

#include "base/cleanup.h"
#include "lade/registry/proxy.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

enum {
    IDLE_MAX = 16,
    CONNECT_SECONDS = 30,
    STALL_SECONDS = 60,
    STALL_BYTES = 128,          /* a second, on average: slower is no progress */
    UPLOAD_PATIENCE = 5,        /* a registry may copy a blob before it answers */
    TRANSFER_BUFFER = 256 << 10 /* fewer, larger pieces: hashing and writing like them */
};

struct http {
    struct curl_library curl;
    struct http_options options;
    pthread_mutex_t lock;
    CURL *idle[IDLE_MAX];
    size_t idle_count;
};

/* One request under way. */
struct transfer {
    struct http *http;
    CURL *handle;
    const struct http_request *request;
    struct http_response *response;
    struct curl_slist *headers;
    struct err *e;
    bool head_seen, failed, cut, refused_address;
    char why[CURL_ERROR_SIZE];
};

int http_open(const struct http_options *options, struct http **ret, struct err *e)
{
    struct http *h = calloc(1, sizeof *h);

    if (!h)
        return err_os(e, ENOMEM, "start an HTTP client");
    h->options = *options;
    if (!h->options.stall_seconds)
        h->options.stall_seconds = STALL_SECONDS;
    pthread_mutex_init(&h->lock, NULL);
    if (curl_library_open(&h->curl, e) < 0) {
        free(h);
        return -e->code;
    }
    *ret = h;
    return 0;
}

void http_free(struct http *h)
{
    if (!h)
        return;
    for (size_t i = 0; i < h->idle_count; i++)
        h->curl.easy_cleanup(h->idle[i]);
    pthread_mutex_destroy(&h->lock);
    free(h);
}

const struct curl_library *http_curl(const struct http *h)
{
    return &h->curl;
}

void http_response_done(struct http_response *r)
{
    headers_done(&r->headers);
    buf_done(&r->body);
}

static CURL *take_handle(struct http *h)
{
    CURL *handle = NULL;

    pthread_mutex_lock(&h->lock);
    if (h->idle_count > 0)
        handle = h->idle[--h->idle_count];
    pthread_mutex_unlock(&h->lock);
    return handle ? handle : h->curl.easy_init();
}

/* Its connections stay open with it. */
static void give_back(struct http *h, CURL *handle)
{
    h->curl.easy_reset(handle);
    pthread_mutex_lock(&h->lock);
    if (h->idle_count < IDLE_MAX) {
        h->idle[h->idle_count++] = handle;
        handle = NULL;
    }
    pthread_mutex_unlock(&h->lock);
    if (handle)
        h->curl.easy_cleanup(handle);
}

static size_t on_header(char *line, size_t size, size_t n, void *user)
{
    struct transfer *t = user;

    headers_add(&t->response->headers, line, size * n);
    return size * n;
}

/* The status is known and no byte of the body was handed on. */
static bool begin_body(struct transfer *t)
{
    if (t->head_seen)
        return true;
    t->head_seen = true;
    t->http->curl.easy_getinfo(t->handle, CURLINFO_RESPONSE_CODE, &t->response->status);
    if (t->response->status / 100 == 2 && t->request->head &&
        t->request->head(t->request->user, t->response, t->e) < 0)
        t->failed = true;
    return !t->failed;
}

static size_t on_body(char *data, size_t size, size_t n, void *user)
{
    struct transfer *t = user;
    struct http_response *r = t->response;
    size_t len = size * n, keep_max;

    if (!begin_body(t))
        return 0;
    if (r->status / 100 == 2 && t->request->to.write) {
        t->failed = t->request->to.write(t->request->to.user, data, len, t->e) < 0;
        r->received += len;
        return t->failed ? 0 : len;
    }
    keep_max = r->status / 100 == 2 ? t->request->keep_max : ERROR_BODY_MAX;
    if (len > keep_max - r->body.len) {
        t->cut = true;
        buf_add(&r->body, data, keep_max - r->body.len);
        return 0;
    }
    buf_add(&r->body, data, len);
    return len;
}

static size_t on_send(char *to, size_t size, size_t n, void *user)
{
    struct transfer *t = user;
    ssize_t got;

    if (!t->request->body.read)
        return 0;
    got = t->request->body.read(t->request->body.user, to, size * n, t->e);
    t->failed = got < 0;
    return got < 0 ? CURL_READFUNC_ABORT : (size_t)got;
}

static int on_tick(void *user, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const struct transfer *t = user;

    return t->http->options.cancelled && atomic_load(t->http->options.cancelled);
}

/* Only here is it known where a name leads. */
static curl_socket_t on_connect(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct transfer *t = user;

    if (t->request->no_local && address_reach(&address->addr) >= REACH_LOOPBACK) {
        t->refused_address = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static void add_header(struct transfer *t, const char *line)
{
    struct curl_slist *longer = t->http->curl.slist_append(t->headers, line);

    t->failed |= !longer;
    t->headers = longer ? longer : t->headers;
}

#define SET(t, option, value) (t)->http->curl.easy_setopt((t)->handle, option, value)

static void set_body(struct transfer *t)
{
    const char *method = t->request->method;
    bool sends = method[0] == 'P';

    SET(t, CURLOPT_CUSTOMREQUEST, method);
    SET(t, CURLOPT_NOBODY, (long)(strcmp(method, "HEAD") == 0));
    if (!sends)
        return;
    SET(t, CURLOPT_UPLOAD, 1L);
    SET(t, CURLOPT_INFILESIZE_LARGE, (curl_off_t)t->request->body_size);
    SET(t, CURLOPT_READFUNCTION, on_send);
    SET(t, CURLOPT_READDATA, t);
    SET(t, CURLOPT_UPLOAD_BUFFERSIZE, (long)TRANSFER_BUFFER);
    /* Most servers don't answer it, and each request would wait a second for them. */
    add_header(t, "Expect:");
}

static void set_tls(struct transfer *t)
{
    const struct http_tls *tls = t->request->tls;
    const char *system = getenv("SSL_CERT_FILE");

    SET(t, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (tls && tls->roots)
        SET(t, CURLOPT_CAINFO, tls->roots);
    else if (system && *system)
        SET(t, CURLOPT_CAINFO, system);
    if (!tls)
        return;
    if (tls->unverified) {
        SET(t, CURLOPT_SSL_VERIFYPEER, 0L);
        SET(t, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (tls->certificate) {
        SET(t, CURLOPT_SSLCERT, tls->certificate);
        SET(t, CURLOPT_SSLKEY, tls->key);
    }
}

static void set_limits(struct transfer *t)
{
    const struct http_request *r = t->request;
    unsigned stall = t->http->options.stall_seconds * (r->body_size ? UPLOAD_PATIENCE : 1);
    const char *proxy = proxy_for(r->url);

    SET(t, CURLOPT_NOSIGNAL, 1L);
    SET(t, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(t, CURLOPT_CONNECTTIMEOUT,
        (long)(r->connect_seconds ? r->connect_seconds : CONNECT_SECONDS));
    SET(t, CURLOPT_LOW_SPEED_LIMIT, (long)STALL_BYTES);
    SET(t, CURLOPT_LOW_SPEED_TIME, (long)stall);
    SET(t, CURLOPT_BUFFERSIZE, (long)TRANSFER_BUFFER);
    SET(t, CURLOPT_PROXY, proxy);
    SET(t, CURLOPT_NOPROXY, "");
    /* Our headers are for the server: a proxy that makes a tunnel to it must not see them. */
    SET(t, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
    SET(t, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (!*proxy) {
        SET(t, CURLOPT_OPENSOCKETFUNCTION, on_connect);
        SET(t, CURLOPT_OPENSOCKETDATA, t);
    }
}

static void set_up(struct transfer *t)
{
    const struct http_request *r = t->request;

    SET(t, CURLOPT_URL, r->url->text);
    SET(t, CURLOPT_USERAGENT, "lade");
    SET(t, CURLOPT_ERRORBUFFER, t->why);
    SET(t, CURLOPT_HEADERFUNCTION, on_header);
    SET(t, CURLOPT_HEADERDATA, t);
    SET(t, CURLOPT_WRITEFUNCTION, on_body);
    SET(t, CURLOPT_WRITEDATA, t);
    SET(t, CURLOPT_XFERINFOFUNCTION, on_tick);
    SET(t, CURLOPT_XFERINFODATA, t);
    SET(t, CURLOPT_NOPROGRESS, 0L);
    set_body(t);
    set_tls(t);
    set_limits(t);
    for (const char *const *h = r->headers; h && *h; h++)
        add_header(t, *h);
    SET(t, CURLOPT_HTTPHEADER, t->headers);
}

static enum http_failure failure_of(CURLcode code)
{
    switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
        return HTTP_UNREACHABLE;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
        return HTTP_TLS;
    default:
        return HTTP_BROKEN;
    }
}

static int fail_locally(struct transfer *t, struct err *e)
{
    t->response->failure = HTTP_OURS;
    return t->e->code ? -t->e->code : err_os(e, ENOMEM, "make an HTTP request");
}

/* Words for a person: where, and what libcurl says about it. */
static int fail(struct transfer *t, CURLcode code, struct err *e)
{
    const struct url *u = t->request->url;
    const char *why = *t->why ? t->why : t->http->curl.easy_strerror(code);

    t->response->failure = failure_of(code);
    for (char *p = t->why; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            *p = '?';
    if (code == CURLE_ABORTED_BY_CALLBACK) {
        t->response->failure = HTTP_OURS;
        return err_os(e, ECANCELED, "%s", u->host);
    }
    if (t->refused_address)
        return err_set(e, ERR_INVALID, "'%s' leads to an address of this machine or its link",
                       u->host);
    if (code == CURLE_OPERATION_TIMEDOUT && t->response->received + t->response->status > 0)
        return err_os(e, ETIMEDOUT, "%s:%u: no progress for %u s", u->host, u->port,
                      t->http->options.stall_seconds);
    return err_set(e, ERR_PROTOCOL, "%s:%u: %s", u->host, u->port, why);
}

static int conclude(struct transfer *t, CURLcode code, struct err *e)
{
    struct http_response *r = t->response;

    if (code == CURLE_OK)
        begin_body(t);
    if (t->failed)
        return fail_locally(t, e);
    if (t->cut && r->status / 100 == 2) {
        r->failure = HTTP_OURS;
        return err_set(e, ERR_INVALID, "%s: the answer is larger than %zu bytes",
                       t->request->url->host, t->request->keep_max);
    }
    if (code != CURLE_OK && !t->cut)
        return fail(t, code, e);
    if (buf_failed(&r->body) || r->headers.lines.failed) {
        r->failure = HTTP_OURS;
        return err_os(e, ENOMEM, "read an answer");
    }
    return 0;
}

int http_perform(struct http *h, const struct http_request *request, struct http_response *ret,
                 struct err *e)
{
    struct transfer t = { .http = h, .request = request, .response = ret, .e = e };
    CURLcode code;
    int rc;

    *ret = (struct http_response){ 0 };
    e->code = 0;
    t.handle = take_handle(h);
    if (!t.handle)
        return fail_locally(&t, e);
    set_up(&t);
    code = t.failed ? CURLE_OUT_OF_MEMORY : h->curl.easy_perform(t.handle);
    rc = conclude(&t, code, e);
    h->curl.slist_free_all(t.headers);
    give_back(h, t.handle);
    return rc;
}
