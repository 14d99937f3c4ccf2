// SPDX-License-Identifier: Apache-2.0
/*
 * digest.h - the name of content by its hash, image-spec descriptor.md "Digests".
 *
 * A struct digest holds text that was checked: whoever has one may build a path from it. Only
 * sha256 and sha512 can be computed; a well-formed digest of another algorithm can be carried and
 * compared, but nothing can be verified by it.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum digest_algorithm { DIGEST_OTHER, DIGEST_SHA256, DIGEST_SHA512 };

enum { DIGEST_TEXT_SIZE = 256 };

struct digest {
    enum digest_algorithm algorithm;
    char text[DIGEST_TEXT_SIZE]; /* "sha256:0123…" */
};

/* ERR_INVALID, with the text quoted, when it breaks the grammar. */
int digest_parse(const char *text, struct digest *ret, struct err *e);

/* The part behind the colon; it points into d. */
const char *digest_encoded(const struct digest *d);
bool digest_equal(const struct digest *a, const struct digest *b);

/* Computes one digest of what is added piece by piece. */
struct hasher;

/* ERR_UNSUPPORTED for DIGEST_OTHER. */
int hasher_new(enum digest_algorithm algorithm, struct hasher **ret, struct err *e);
void hasher_add(struct hasher *h, const void *data, size_t len);
/* Of all that was added. The hasher can only be freed afterwards. */
void hasher_end(struct hasher *h, struct digest *ret);
void hasher_free(struct hasher *h);
void hasher_freep(struct hasher **h);
#define auto_hasher __attribute__((__cleanup__(hasher_freep))) struct hasher

/* Of a text or document that lies in memory. */
int digest_of(enum digest_algorithm algorithm, const void *data, size_t len, struct digest *ret,
              struct err *e);
