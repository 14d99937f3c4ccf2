// SPDX-License-Identifier: Apache-2.0
/* made.c - the names that the layer at hand has put down. */
#include "lade/layer/made.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { FIRST_SIZE = 1024 };

int made_init(struct made *m, struct err *e)
{
    *m = (struct made){ .size = FIRST_SIZE };
    if (getrandom(m->key, sizeof m->key, 0) != sizeof m->key)
        return err_os(e, errno, "get random bytes");
    m->slots = calloc(m->size, sizeof *m->slots);
    return m->slots ? 0 : err_os(e, ENOMEM, "unpack a layer");
}

void made_done(struct made *m)
{
    free(m->slots);
    *m = (struct made){ 0 };
}

static uint64_t mix(uint64_t h, uint64_t word)
{
    h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 29;
}

/* Keyed, so that no archive can aim at collisions; never 0. */
static uint64_t hash(const struct made *m, ino_t dir, const char *name)
{
    size_t len = strlen(name);
    uint64_t h = mix(m->key[0], dir), word;

    for (; len >= sizeof word; name += sizeof word, len -= sizeof word) {
        memcpy(&word, name, sizeof word);
        h = mix(h, word);
    }
    word = len;
    for (size_t i = 0; i < len; i++)
        word = word << 8 | (uint8_t)name[i];
    h = mix(mix(h, word), m->key[1]);
    return h ? h : 1;
}

static size_t find(const struct made *m, uint64_t h)
{
    size_t at = h & (m->size - 1);

    while (m->slots[at] && m->slots[at] != h)
        at = (at + 1) & (m->size - 1);
    return at;
}

static int grow(struct made *m, struct err *e)
{
    struct made bigger = { .size = m->size * 2, .count = m->count };

    bigger.slots = calloc(bigger.size, sizeof *bigger.slots);
    if (!bigger.slots)
        return err_os(e, ENOMEM, "unpack a layer");
    for (size_t i = 0; i < m->size; i++)
        if (m->slots[i])
            bigger.slots[find(&bigger, m->slots[i])] = m->slots[i];
    free(m->slots);
    m->slots = bigger.slots;
    m->size = bigger.size;
    return 0;
}

int made_add(struct made *m, ino_t dir, const char *name, struct err *e)
{
    uint64_t h = hash(m, dir, name);
    size_t at;

    if (m->count * 4 >= m->size * 3)
        TRY(grow(m, e));
    at = find(m, h);
    m->count += m->slots[at] == 0;
    m->slots[at] = h;
    return 0;
}

bool made_has(const struct made *m, ino_t dir, const char *name)
{
    return m->slots[find(m, hash(m, dir, name))] != 0;
}
