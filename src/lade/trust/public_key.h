// SPDX-License-Identifier: Apache-2.0
/* public_key.h - a key that signatures are held against: ECDSA P-256 (over SHA-256) or Ed25519. */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct public_key;

/* From text in PEM, "-----BEGIN PUBLIC KEY-----". name begins errors. ERR_UNSUPPORTED for keys of
 * another kind. */
int public_key_parse(const char *text, size_t len, const char *name, struct public_key **ret,
                     struct err *e);
int public_key_read(const char *path, struct public_key **ret, struct err *e);
void public_key_free(struct public_key *k);

/* Whether the signature over the data was made by the key's other half. */
bool public_key_signed(const struct public_key *k, const void *data, size_t len,
                       const void *signature, size_t signature_len);
