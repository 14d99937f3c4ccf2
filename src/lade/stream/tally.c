// SPDX-License-Identifier: Apache-2.0
/* tally.c - a source or sink that counts and hashes what passes through it. */
#include "lade/stream/tally.h"

static ssize_t read_tallied(void *user, void *buf, size_t size, struct err *e)
{
    struct tally *t = user;
    ssize_t n = t->from.read(t->from.user, buf, size, e);

    if (n <= 0)
        return n;
    t->count += (uint64_t)n;
    if (t->hasher)
        hasher_add(t->hasher, buf, (size_t)n);
    return n;
}

struct byte_source tally_source(struct tally *t)
{
    return (struct byte_source){ read_tallied, t };
}

static int write_tallied(void *user, const void *data, size_t len, struct err *e)
{
    struct tally *t = user;

    t->count += len;
    if (t->hasher)
        hasher_add(t->hasher, data, len);
    return t->to.write(t->to.user, data, len, e);
}

struct byte_sink tally_sink(struct tally *t)
{
    return (struct byte_sink){ write_tallied, t };
}

int stream_drain(const struct byte_source *from, struct err *e)
{
    char waste[16384];
    ssize_t n;

    do {
        n = from->read(from->user, waste, sizeof waste, e);
    } while (n > 0);
    return (int)n;
}
