// SPDX-License-Identifier: Apache-2.0
/*
 * archive.h - tar archives as tests want them, right or wrong.
 *
 *     auto_buf a = { 0 };
 *     add(&a, .name = "etc/", .type = '5');
 *     add(&a, .name = "etc/x", .text = "content", .pax = { "mtime=1.5", "SCHILY.xattr.user.a=b" });
 *     add_end(&a);
 *
 * A helper of its own: what lade itself writes would hide what both get wrong.
 */
#pragma once

#include "base/buf.h"
#include "lade/stream/stream.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum member_format { FORMAT_USTAR, FORMAT_GNU, FORMAT_V7 };

struct member {
    const char *name, *link, *prefix;
    char type;     /* 0: '0' */
    unsigned mode; /* 0: 0755 for directories, else 0644 */
    uint64_t uid, gid, mtime, major, minor;
    const char *text; /* the content; or: */
    const void *data;
    size_t size;
    const char *pax[8];   /* records "key=value" */
    const char *raw_size; /* 12 bytes instead of the size in the header */
    const char *raw_uid;  /* 8 bytes */
    const char *at_386;   /* what GNU has at the end of the header */
    size_t at_386_len;
    enum member_format format;
    bool bad_checksum, cut; /* cut: without what fills the last block */
};

static inline void put_octal(char *field, size_t size, uint64_t value)
{
    for (size_t i = size - 1; i-- > 0; value >>= 3)
        field[i] = (char)('0' + (value & 7));
}

static inline void put_text(char *field, size_t size, const char *text)
{
    if (text)
        memcpy(field, text, strnlen(text, size));
}

static inline void put_checksum(char *block, bool bad)
{
    unsigned sum = bad;
    char text[8];

    memset(block + 148, ' ', 8);
    for (size_t i = 0; i < 512; i++)
        sum += (unsigned char)block[i];
    snprintf(text, sizeof text, "%06o", sum & 0777777);
    memcpy(block + 148, text, 7);
}

static inline void put_header(struct buf *to, const struct member *m, size_t size)
{
    char block[512] = { 0 }, type = m->type ? m->type : '0';
    unsigned mode = m->mode ? m->mode : type == '5' ? 0755 : 0644;

    put_text(block, 100, m->name);
    put_octal(block + 100, 8, mode);
    put_octal(block + 108, 8, m->uid);
    if (m->raw_uid)
        memcpy(block + 108, m->raw_uid, 8);
    put_octal(block + 116, 8, m->gid);
    put_octal(block + 124, 12, size);
    if (m->raw_size)
        memcpy(block + 124, m->raw_size, 12);
    put_octal(block + 136, 12, m->mtime);
    block[156] = m->format == FORMAT_V7 && type == '0' ? '\0' : type;
    put_text(block + 157, 100, m->link);
    if (m->format == FORMAT_GNU)
        memcpy(block + 257, "ustar  ", 8);
    if (m->format == FORMAT_USTAR) {
        memcpy(block + 257, "ustar\00000", 8);
        put_text(block + 345, 155, m->prefix);
    }
    if (m->format != FORMAT_V7) {
        put_octal(block + 329, 8, m->major);
        put_octal(block + 337, 8, m->minor);
    }
    if (m->at_386)
        memcpy(block + 386, m->at_386, m->at_386_len);
    put_checksum(block, m->bad_checksum);
    buf_add(to, block, sizeof block);
}

static inline void put_content(struct buf *to, const void *data, size_t size, bool cut)
{
    static const char zeros[512];

    buf_add(to, data, size);
    if (!cut && size % 512)
        buf_add(to, zeros, 512 - size % 512);
}

/* The length that a record begins with counts itself. */
static inline void put_record(struct buf *to, const char *record)
{
    size_t len = strlen(record) + 2, digits = 1;

    while (snprintf(NULL, 0, "%zu", len + digits) > (int)digits)
        digits++;
    buf_printf(to, "%zu %s\n", len + digits, record);
}

static inline void put_extension(struct buf *to, char type, const void *data, size_t size)
{
    struct member m = { .name = "extension", .type = type };

    put_header(to, &m, size);
    put_content(to, data, size, false);
}

static inline void add_member(struct buf *to, const struct member *m)
{
    const void *data = m->text ? m->text : m->data;
    size_t size = m->text ? strlen(m->text) : m->size;
    auto_buf pax = { 0 };

    for (size_t i = 0; i < 8 && m->pax[i]; i++)
        put_record(&pax, m->pax[i]);
    if (pax.len)
        put_extension(to, 'x', pax.data, pax.len);
    put_header(to, m, size);
    if (data)
        put_content(to, data, size, m->cut);
}

#define add(to, ...) add_member(to, &(struct member){ __VA_ARGS__ })

static inline void add_end(struct buf *to)
{
    static const char zeros[1024];

    buf_add(to, zeros, sizeof zeros);
}

/* An archive as a stream that gives no more than step bytes at a time. */
struct archive_source {
    const char *data;
    size_t len, at, step;
};

static inline ssize_t read_archive(void *user, void *buf, size_t size, struct err *e)
{
    struct archive_source *s = user;
    size_t n = s->len - s->at < size ? s->len - s->at : size;

    if (s->step && n > s->step)
        n = s->step;
    if (n)
        memcpy(buf, s->data + s->at, n);
    s->at += n;
    return (ssize_t)n;
}
