// SPDX-License-Identifier: Apache-2.0
/* inflate.c - what a layer's bytes are when they are not compressed. */
#include "lade/layer/inflate.h"

#include "base/cleanup.h"
#include "lade/layer/inflate_method.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAGIC = 4, BUFFER = 64 * 1024 };

struct inflate {
    struct byte_source from;
    enum compression kind;
    const struct inflate_method *method; /* NULL: nothing is compressed */
    void *state;
    bool between; /* a member has ended, another may follow */
    bool ended;   /* so has the content */
    size_t at, len;
    uint8_t buffer[BUFFER]; /* what was read and not used yet: from at, len bytes */
};

static const uint8_t gzip_magic[] = { 0x1f, 0x8b, 0x08 }, zstd_magic[] = { 0x28, 0xb5, 0x2f, 0xfd };

/* Frames that hold no content; tools put tables there (zstd:chunked). */
static bool is_skippable(const uint8_t *p)
{
    return (p[0] & 0xf0) == 0x50 && p[1] == 0x2a && p[2] == 0x4d && p[3] == 0x18;
}

static enum compression kind_of(const uint8_t *p, size_t len)
{
    if (len >= sizeof gzip_magic && memcmp(p, gzip_magic, sizeof gzip_magic) == 0)
        return COMPRESSION_GZIP;
    if (len >= MAGIC && (memcmp(p, zstd_magic, MAGIC) == 0 || is_skippable(p)))
        return COMPRESSION_ZSTD;
    return COMPRESSION_NONE;
}

/* Have at least want bytes, unless the stream ends first. */
static int fill(struct inflate *i, size_t want, struct err *e)
{
    if (i->len < want && i->at > 0) {
        memmove(i->buffer, i->buffer + i->at, i->len);
        i->at = 0;
    }
    while (i->len < want) {
        size_t end = i->at + i->len;
        ssize_t n = i->from.read(i->from.user, i->buffer + end, BUFFER - end, e);

        if (n < 0)
            return (int)n;
        if (n == 0)
            return 0;
        i->len += (size_t)n;
    }
    return 0;
}

const char *compression_name(enum compression kind)
{
    static const char *const names[] = { "not compressed", "gzip", "zstd" };

    return names[kind];
}

unsigned compression_allowed(const char *media_type)
{
    static const struct {
        const char *end;
        unsigned allowed;
    } rows[] = {
        { ".tar", 1 << COMPRESSION_NONE | 1 << COMPRESSION_GZIP },
        { ".tar+gzip", 1 << COMPRESSION_NONE | 1 << COMPRESSION_GZIP },
        { ".tar.gzip", 1 << COMPRESSION_NONE | 1 << COMPRESSION_GZIP },
        { ".tar+zstd", 1 << COMPRESSION_NONE | 1 << COMPRESSION_ZSTD },
        { ".tar.zstd", 1 << COMPRESSION_NONE | 1 << COMPRESSION_ZSTD },
    };
    size_t len = strcspn(media_type, "; "); /* parameters */

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        size_t n = strlen(rows[i].end);

        if (len >= n && strncasecmp(media_type + len - n, rows[i].end, n) == 0)
            return rows[i].allowed;
    }
    return 0;
}

int inflate_new(const struct byte_source *from, unsigned allowed, uint64_t window_max,
                struct inflate **ret, struct err *e)
{
    static const struct inflate_method *const methods[] = { NULL, &inflate_gzip, &inflate_zstd };
    auto_inflate *i = calloc(1, sizeof *i);

    if (!i)
        return err_os(e, ENOMEM, "read a layer");
    i->from = *from;
    TRY(fill(i, MAGIC, e));
    i->kind = kind_of(i->buffer, i->len);
    if (allowed && !(allowed & 1U << i->kind))
        return err_set(e, ERR_INVALID, "the layer is %s, which its media type does not allow",
                       compression_name(i->kind));
    i->method = methods[i->kind];
    if (i->method)
        TRY(i->method->start(&i->state, window_max, e));
    *ret = i;
    i = NULL;
    return 0;
}

void inflate_freep(struct inflate **i)
{
    if (*i && (*i)->state)
        (*i)->method->finish((*i)->state);
    free(*i);
    *i = NULL;
}

enum compression inflate_kind(const struct inflate *i)
{
    return i->kind;
}

static ssize_t copy_plain(struct inflate *i, void *buf, size_t size, struct err *e)
{
    size_t n = i->len < size ? i->len : size;

    if (n == 0)
        return i->from.read(i->from.user, buf, size, e);
    memcpy(buf, i->buffer + i->at, n);
    i->at += n;
    i->len -= n;
    return (ssize_t)n;
}

/* Behind a member: another one, or the end. */
static int next_member(struct inflate *i, struct err *e)
{
    TRY(fill(i, MAGIC, e));
    i->between = false;
    i->ended = kind_of(i->buffer + i->at, i->len) != i->kind;
    return i->ended ? 0 : i->method->again(i->state, e);
}

/* One turn; *used: how much of out was filled. */
static int step(struct inflate *i, uint8_t *out, size_t size, size_t *used, struct err *e)
{
    struct inflate_step s = { .out = out, .out_len = size };
    size_t had;

    TRY(fill(i, 1, e));
    had = i->len;
    s.in = i->buffer + i->at;
    s.in_len = i->len;
    TRY(i->method->step(i->state, &s, e));
    i->at += had - s.in_len;
    i->len = s.in_len;
    i->between = s.end;
    *used = size - s.out_len;
    if (had == 0 && *used == 0 && !s.end)
        return err_set(e, ERR_INVALID, "the compressed stream ends early");
    return 0;
}

static ssize_t read_inflated(void *user, void *buf, size_t size, struct err *e)
{
    struct inflate *i = user;
    size_t used = 0;

    if (!i->method)
        return copy_plain(i, buf, size, e);
    while (!i->ended && used == 0) {
        if (i->between)
            TRY(next_member(i, e));
        else
            TRY(step(i, buf, size, &used, e));
    }
    return (ssize_t)used;
}

struct byte_source inflate_source(struct inflate *i)
{
    return (struct byte_source){ read_inflated, i };
}
