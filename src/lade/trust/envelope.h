// SPDX-License-Identifier: Apache-2.0
/* envelope.h - sigstore's bundles, version 0.3, which hold a DSSE envelope: a statement and its
 * signature in one document. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#include <stddef.h>

#define MEDIA_SIGSTORE_BUNDLE "application/vnd.dev.sigstore.bundle.v0.3+json"

struct envelope {
    char *payload; /* NUL-terminated */
    size_t payload_len;
    char *payload_type;
    char *signature; /* bytes */
    size_t signature_len;
    char *signed_bytes; /* what the signature is over: type and payload as DSSE joins them (PAE) */
    size_t signed_len;
};

/* Everything in the arena. ERR_UNSUPPORTED for what needs more than a key: certificates of Fulcio,
 * and for signatures without a statement. Entries of a transparency log are not looked at. */
int envelope_parse(const char *text, size_t len, struct arena *arena, struct envelope *ret,
                   struct err *e);
