// SPDX-License-Identifier: Apache-2.0
/* digest_set.c - an open hash table of digests. */
#include "lade/store/digest_set.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_SIZE = 256 };

/* FNV-1a: who can choose digests to collide in it can also just send many. */
static size_t hash(const char *text)
{
    uint64_t h = 14695981039346656037u;

    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 1099511628211u;
    return (size_t)(h ^ h >> 32);
}

/* Where it is, or where it would go. */
static const char **find(const struct digest_set *s, const char *digest)
{
    size_t i = hash(digest);

    while (s->slots[i & (s->size - 1)] && strcmp(s->slots[i & (s->size - 1)], digest) != 0)
        i++;
    return &s->slots[i & (s->size - 1)];
}

static bool grow(struct digest_set *s)
{
    struct digest_set bigger = { .size = s->size ? s->size * 2 : FIRST_SIZE };

    bigger.slots = calloc(bigger.size, sizeof *bigger.slots);
    if (!bigger.slots)
        return false;
    for (size_t i = 0; i < s->size; i++)
        if (s->slots[i])
            *find(&bigger, s->slots[i]) = s->slots[i];
    free(s->slots);
    s->slots = bigger.slots;
    s->size = bigger.size;
    return true;
}

bool digest_set_add(struct digest_set *s, const char *digest)
{
    const char **slot;

    if (s->count * 2 >= s->size && !grow(s)) {
        s->failed = true;
        return false;
    }
    slot = find(s, digest);
    if (*slot)
        return false;
    *slot = arena_strdup(&s->arena, digest);
    s->failed |= !*slot;
    s->count += *slot != NULL;
    return *slot != NULL;
}

bool digest_set_has(const struct digest_set *s, const char *digest)
{
    return s->size && *find(s, digest);
}

void digest_set_done(struct digest_set *s)
{
    arena_done(&s->arena);
    free(s->slots);
    *s = (struct digest_set){ 0 };
}
