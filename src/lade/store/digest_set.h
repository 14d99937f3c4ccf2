// SPDX-License-Identifier: Apache-2.0
/* digest_set.h - a set of digests that only grows. */
#pragma once

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

struct digest_set {
    struct arena arena;
    const char **slots; /* a power of two of them, at most half full */
    size_t size, count;
    bool failed; /* memory ran out: ask once, at the end */
};

/* True when it was not in there. */
bool digest_set_add(struct digest_set *s, const char *digest);
bool digest_set_has(const struct digest_set *s, const char *digest);
void digest_set_done(struct digest_set *s);
