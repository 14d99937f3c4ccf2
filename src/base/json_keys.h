// SPDX-License-Identifier: Apache-2.0
/*
 * json_keys.h - the names of all open objects, to find one that is given twice.
 *
 * Objects nest, so names are a stack: an object remembers where its own begin and cuts the stack
 * there when it ends. Texts are borrowed from the document, still escaped. A usual configuration
 * fits into the first room and allocates nothing.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_key {
    const unsigned char *text;
    uint32_t len;
    bool escaped; /* text has backslashes: "\u0061" and "a" are one name */
    uint64_t hash;
};

struct json_keys {
    struct json_key room[96];
    struct json_key *items;
    size_t count, size;
};

void json_keys_init(struct json_keys *k);
void json_keys_done(struct json_keys *k);

/* len < 4 GiB; the text has passed the scanner's string rules. Returns 0 or -ENOMEM. */
int json_keys_push(struct json_keys *k, const unsigned char *text, size_t len, bool escaped);

/* Look at the names from first on; reorders them. NULL when all differ. n log n at worst. */
const struct json_key *json_keys_duplicate(struct json_keys *k, size_t first);
