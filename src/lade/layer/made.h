// SPDX-License-Identifier: Apache-2.0
/*
 * made.h - the names that the layer at hand has put down, which its whiteouts leave alone.
 *
 * A name is known by its directory's inode and itself, hashed with a random key: eight bytes each,
 * as a layer may have millions.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct made {
    uint64_t *slots; /* 0: free */
    size_t count, size;
    uint64_t key[2];
};

int made_init(struct made *m, struct err *e);
void made_done(struct made *m);
int made_add(struct made *m, ino_t dir, const char *name, struct err *e);
bool made_has(const struct made *m, ino_t dir, const char *name);
