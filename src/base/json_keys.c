// SPDX-License-Identifier: Apache-2.0
/* json_keys.c - the names of all open objects, to find one that is given twice. */
#include "base/json_keys.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Up to here comparing each with each is faster than sorting. */
enum { PAIRWISE_MAX = 24 };

/* Walks a name's decoded bytes, so that no copy is needed. */
struct decoder {
    const unsigned char *p, *end;
    unsigned char pending[4]; /* rest of an escape that became several bytes, last byte first */
    int pending_count;
};

static uint32_t hex4(const unsigned char *p)
{
    uint32_t value = 0;

    for (int i = 0; i < 4; i++)
        value = value * 16 + (p[i] <= '9' ? p[i] - '0' : (p[i] | 0x20) - 'a' + 10);
    return value;
}

/* d->p is behind "\u"; the scanner has checked digits and pairs. */
static void decode_unicode(struct decoder *d)
{
    static const unsigned char lead[] = { 0, 0xc0, 0xe0, 0xf0 };
    uint32_t c = hex4(d->p);
    int more;

    d->p += 4;
    if (c >= 0xd800 && c <= 0xdbff) {
        c = 0x10000 + ((c - 0xd800) << 10) + (hex4(d->p + 2) - 0xdc00);
        d->p += 6;
    }
    more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    d->pending_count = 0;
    for (int i = 0; i < more; i++, c >>= 6)
        d->pending[d->pending_count++] = 0x80 | (c & 0x3f);
    d->pending[d->pending_count++] = (unsigned char)(lead[more] | c);
}

static int next_byte(struct decoder *d)
{
    static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
    const char *known;

    if (d->pending_count > 0)
        return d->pending[--d->pending_count];
    if (d->p == d->end)
        return -1;
    if (*d->p != '\\')
        return *d->p++;
    d->p += 2;
    if (d->p[-1] == 'u') {
        decode_unicode(d);
        return d->pending[--d->pending_count];
    }
    known = strchr(from, d->p[-1]);
    return known ? to[known - from] : d->p[-1];
}

/* FNV-1a. Collisions cost only comparisons. */
static uint64_t hash_of(const unsigned char *text, size_t len, bool escaped)
{
    uint64_t hash = 0xcbf29ce484222325;

    if (escaped) {
        struct decoder d = { text, text + len, { 0 }, 0 };

        for (int c = next_byte(&d); c >= 0; c = next_byte(&d))
            hash = (hash ^ (unsigned)c) * 0x100000001b3;
        return hash;
    }
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ text[i]) * 0x100000001b3;
    return hash;
}

static int compare(const void *left, const void *right)
{
    const struct json_key *a = left, *b = right;
    struct decoder da, db;
    int ca, cb;

    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    da = (struct decoder){ a->text, a->text + a->len, { 0 }, 0 };
    db = (struct decoder){ b->text, b->text + b->len, { 0 }, 0 };
    do {
        ca = next_byte(&da);
        cb = next_byte(&db);
    } while (ca == cb && ca >= 0);
    return ca - cb;
}

void json_keys_init(struct json_keys *k)
{
    k->items = k->room;
    k->count = 0;
    k->size = ARRAY_SIZE(k->room);
}

void json_keys_done(struct json_keys *k)
{
    if (k->items != k->room)
        free(k->items);
}

static int grow(struct json_keys *k)
{
    bool inside = k->items == k->room;
    struct json_key *bigger =
        reallocarray(inside ? NULL : k->items, k->size * 2, sizeof(struct json_key));

    if (!bigger)
        return -ENOMEM;
    if (inside)
        memcpy(bigger, k->room, sizeof k->room);
    k->items = bigger;
    k->size *= 2;
    return 0;
}

int json_keys_push(struct json_keys *k, const unsigned char *text, size_t len, bool escaped)
{
    if (k->count == k->size && grow(k) < 0)
        return -ENOMEM;
    k->items[k->count++] =
        (struct json_key){ text, (uint32_t)len, escaped, hash_of(text, len, escaped) };
    return 0;
}

const struct json_key *json_keys_duplicate(struct json_keys *k, size_t first)
{
    struct json_key *items = k->items + first;
    size_t n = k->count - first;

    if (n <= PAIRWISE_MAX) {
        for (size_t i = 1; i < n; i++)
            for (size_t j = 0; j < i; j++)
                if (compare(&items[i], &items[j]) == 0)
                    return &items[i];
        return NULL;
    }
    qsort(items, n, sizeof *items, compare);
    for (size_t i = 1; i < n; i++)
        if (compare(&items[i - 1], &items[i]) == 0)
            return &items[i];
    return NULL;
}
