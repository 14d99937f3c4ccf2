// SPDX-License-Identifier: Apache-2.0
/* arena.c - memory that is freed all at once. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 8192 };

struct arena_block {
    struct arena_block *next;
    size_t used, size;
    alignas(max_align_t) char data[];
};

void *arena_alloc(struct arena *a, size_t n, size_t size)
{
    struct arena_block *b = a->head;
    size_t want;
    void *p;

    if (__builtin_mul_overflow(n, size, &want) || want > PTRDIFF_MAX - BLOCK)
        return NULL;
    want = (want + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    if (!b || b->size - b->used < want) {
        size_t room = want > BLOCK ? want : BLOCK;

        b = malloc(sizeof *b + room);
        if (!b)
            return NULL;
        *b = (struct arena_block){ .next = a->head, .size = room };
        a->head = b;
    }
    p = b->data + b->used;
    b->used += want;
    return memset(p, 0, want);
}

char *arena_memdup(struct arena *a, const char *s, size_t len)
{
    char *copy = arena_alloc(a, len + 1, 1);

    return copy ? memcpy(copy, s, len) : NULL;
}

char *arena_strdup(struct arena *a, const char *s)
{
    return arena_memdup(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list args, again;
    char *text = NULL;
    int n;

    va_start(args, fmt);
    va_copy(again, args);
    n = vsnprintf(NULL, 0, fmt, args);
    if (n >= 0)
        text = arena_alloc(a, (size_t)n + 1, 1);
    if (text)
        vsnprintf(text, (size_t)n + 1, fmt, again);
    va_end(again);
    va_end(args);
    return text;
}

void arena_done(struct arena *a)
{
    while (a->head) {
        struct arena_block *b = a->head;

        a->head = b->next;
        free(b);
    }
}
