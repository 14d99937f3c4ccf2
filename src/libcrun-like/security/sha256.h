// SPDX-License-Identifier: Apache-2.0
/*
 * sha256.h - FIPS 180-4 SHA-256, for naming cached filters.
 *
 * A cache key must not collide: a collision would load the wrong filter. Here, because a start with
 * a cached filter must not load a crypto library for 8 KiB of input.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { SHA256_SIZE = 32 };

struct sha256 {
    uint32_t state[8];
    uint64_t length; /* bytes so far */
    uint8_t block[64];
};

void sha256_init(struct sha256 *h);
void sha256_add(struct sha256 *h, const void *data, size_t len);
void sha256_end(struct sha256 *h, uint8_t ret[SHA256_SIZE]);
