// SPDX-License-Identifier: Apache-2.0
/*
 * http.h - one HTTP request and its response, by libcurl.
 *
 * Nothing is decided here: no redirect is followed, no credentials are known, nothing is sent
 * twice. Connections are kept between requests. Usable from several threads.
 */
#pragma once

#include "lade/registry/header.h"
#include "lade/registry/url.h"
#include "lade/stream/stream.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct http;

struct http_options {
    unsigned stall_seconds;       /* without progress for so long a transfer fails; 0: 60 */
    const atomic_bool *cancelled; /* NULL, or ends all transfers when it becomes true */
};

/* How the other side is to prove itself, and we to it. NULL members: the system's roots; none. */
struct http_tls {
    bool unverified;
    const char *roots;             /* file of certificates, besides those of the system */
    const char *certificate, *key; /* files */
};

struct http_response;

struct http_request {
    const char *method;
    const struct url *url;
    const char *const *headers; /* "Name: value", NULL-terminated; NULL: none */
    const struct http_tls *tls; /* NULL: the defaults */
    bool no_local;              /* fail when the name leads to a loopback or link-local address */
    unsigned connect_seconds;   /* 0: 30 */
    /* With POST, PUT and PATCH: what is sent; read NULL: nothing. */
    struct byte_source body;
    uint64_t body_size;
    /* Called once for a response of 2xx before its body; a failure ends the transfer. NULL: not. */
    int (*head)(void *user, const struct http_response *response, struct err *e);
    void *user;
    /* Where the body of a 2xx goes; write NULL: into the response, at most keep_max bytes of it.
     * The body of any other status goes there, too, cut at ERROR_BODY_MAX. */
    struct byte_sink to;
    size_t keep_max;
};

enum { ERROR_BODY_MAX = 64 << 10 };

/* What a failed request means for the next. */
enum http_failure {
    HTTP_NO_FAILURE,
    HTTP_UNREACHABLE, /* no connection */
    HTTP_TLS,         /* no TLS connection, or not to whom it should be */
    HTTP_BROKEN,      /* ended too early, or stalled: worth another try */
    HTTP_OURS,        /* a callback failed, or it was cancelled */
};

struct http_response {
    long status;
    struct headers headers;
    struct buf body;
    uint64_t received; /* bytes that went to the sink */
    enum http_failure failure;
};

int http_open(const struct http_options *options, struct http **ret, struct err *e);
void http_free(struct http *h);
const struct curl_library *http_curl(const struct http *h);

/* 0 when a response came, whatever its status; a negative errno with *e filled otherwise. *ret is
 * to be freed with http_response_done() in both cases. */
int http_perform(struct http *h, const struct http_request *request, struct http_response *ret,
                 struct err *e);
void http_response_done(struct http_response *r);
#define auto_response __attribute__((__cleanup__(http_response_done))) struct http_response
