// SPDX-License-Identifier: Apache-2.0
/* refusal.h - a registry's "no" as our error: its own code and message, made harmless. */
#pragma once

#include "base/err.h"
#include "lade/registry/http.h"

/*
 * what: what was asked for, "GET host/repository manifests/latest". 404 is ERR_NOT_FOUND, 401 and
 * 403 are ERR_OS with EACCES, 429 and 503 ERR_BUSY, all else ERR_PROTOCOL. Returns -e->code.
 */
int refusal(const struct http_response *r, const char *what, struct err *e);

/* The code of the first of distribution-spec's errors ("MANIFEST_UNKNOWN") into ret; "" without. */
void refusal_code(const struct http_response *r, char *ret, size_t size);
