// SPDX-License-Identifier: Apache-2.0
/*
 * certificates.h - certs.d: which authorities to trust for one registry, and how to prove
 * ourselves to it. containers-certs.d(5).
 *
 * In the directory of a host: NAME.crt is one more authority, NAME.cert and NAME.key are a client's
 * certificate and key.
 */
#pragma once

#include "lade/registry/http.h"

struct certificates {
    struct http_tls tls; /* points into this struct */
    int roots_fd;
    char roots_path[32];
    char *certificate, *key;
};

/* host: with the port if the image's name has one. cert_dir: NULL, or a directory to look into
 * instead of the usual ones. Finding nothing is no error; half a pair is. *ret must not move. */
int certificates_find(const struct curl_library *curl, const char *cert_dir, const char *host,
                      struct certificates *ret, struct err *e);
void certificates_done(struct certificates *c);
