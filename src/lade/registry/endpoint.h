// SPDX-License-Identifier: Apache-2.0
/*
 * endpoint.h - one host that is talked to: how it is reached, whom it trusts, whether it is to be
 * left in peace for a while.
 *
 * All images of a host share one endpoint. Endpoints live as long as the client. Usable from
 * several threads.
 */
#pragma once

#include "lade/registry/certificates.h"
#include "lade/registry/gate.h"
#include "lade/registry/http.h"
#include "lade/report/report.h"

struct endpoints;

struct endpoint {
    struct endpoints *all;
    char host[URL_HOST_SIZE]; /* as images name it, with the port if they do */
    bool insecure;            /* certificates are not checked; plain HTTP where nobody speaks TLS */
    struct certificates certificates;
    struct gate gate;
    pthread_mutex_t lock; /* of what follows */
    struct url base;      /* "https://HOST/" */
    bool settled;         /* it has answered there */
    struct endpoint *next;
};

struct endpoints_options {
    struct http_options http;
    const char *cert_dir;  /* NULL, or instead of the usual certs.d */
    bool insecure;         /* for all of them */
    struct report *report; /* may be NULL */
};

int endpoints_open(const struct endpoints_options *o, struct endpoints **ret, struct err *e);
void endpoints_free(struct endpoints *all);
struct http *endpoints_http(const struct endpoints *all);
struct report *endpoints_report(const struct endpoints *all);
const atomic_bool *endpoints_cancelled(const struct endpoints *all);

/* The endpoint of a host, made when it is new. insecure adds to what the options say. */
int endpoint_get(struct endpoints *all, const char *host, bool insecure, struct endpoint **ret,
                 struct err *e);

/* The URL of an API path ("v2/"), below the base as it is known now. */
int endpoint_url(struct endpoint *ep, const char *path, struct url *ret, struct err *e);

/*
 * http_perform() with this host's certificates, waiting while its gate is closed. What says 429 or
 * 503 is asked again, as long as the request has no body or rewind (may be NULL) can bring it back.
 * A broken GET or HEAD that goes into memory is repeated, too. The last answer is returned,
 * whatever its status.
 */
int endpoint_perform(struct endpoint *ep, struct http_request *request,
                     int (*rewind)(void *user, struct err *e), struct http_response *ret,
                     struct err *e);

/* After a failure to get `asked` by TLS: try plain HTTP from now on? Only an insecure endpoint that
 * has never answered by TLS says true. */
bool endpoint_fall_back(struct endpoint *ep, const struct url *asked, enum http_failure failure);
