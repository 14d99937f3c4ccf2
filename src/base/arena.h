// SPDX-License-Identifier: Apache-2.0
/*
 * arena.h - memory that is freed all at once.
 *
 * A parsed configuration is one arena: everything inside lives exactly as long as it, and nothing
 * inside is freed singly. Allocation failure returns NULL; arena_* callers turn it into ENOMEM.
 */
#pragma once

#include <stddef.h>

struct arena {
    struct arena_block *head;
};

/* Zeroed memory of n * size bytes, aligned for any type; NULL without memory or on overflow. */
void *arena_alloc(struct arena *a, size_t n, size_t size);
char *arena_strdup(struct arena *a, const char *s);
char *arena_memdup(struct arena *a, const char *s, size_t len); /* adds a NUL */
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void arena_done(struct arena *a);
#define auto_arena __attribute__((__cleanup__(arena_done))) struct arena

#define arena_new(a, n, type) ((type *)arena_alloc(a, n, sizeof(type)))
