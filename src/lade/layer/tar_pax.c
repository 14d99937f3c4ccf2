// SPDX-License-Identifier: Apache-2.0
/* tar_pax.c - the records of a pax extended header. */
#include "lade/layer/tar_pax.h"

#include "base/err.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { XATTRS_MAX = 512, XATTR_BYTES_MAX = 1 << 20 };

struct record {
    const char *key;
    char *value; /* NUL-terminated; may hold NULs before its end */
    size_t len;
};

static int damaged(const char *key, struct err *e)
{
    return err_set(e, ERR_INVALID, "the archive is damaged: pax record '%.*s' is wrong", 60, key);
}

int tar_decimal(const char *text, uint64_t *ret)
{
    uint64_t value = 0;

    if (!*text)
        return -EINVAL;
    for (; *text; text++)
        if (*text < '0' || *text > '9' || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(*text - '0'), &value))
            return -EINVAL;
    if (value > INT64_MAX)
        return -ERANGE;
    *ret = value;
    return 0;
}

static int read_number(const struct record *r, bool *ret_has, uint64_t *ret, struct err *e)
{
    if (tar_decimal(r->value, ret) < 0)
        return damaged(r->key, e);
    *ret_has = true;
    return 0;
}

/* A path ends at no NUL but its own. */
static int read_text(const struct record *r, const char **ret, struct err *e)
{
    if (strlen(r->value) != r->len || r->len > TAR_PATH_MAX)
        return damaged(r->key, e);
    *ret = r->value;
    return 0;
}

/* "-1.5" is a second and a half before the epoch: the nanoseconds go up. */
static int read_time(const struct record *r, struct tar_pax *p, struct err *e)
{
    bool negative = r->value[0] == '-';
    char *text = r->value + negative, *point = strchr(text, '.');
    long nsec = 0, scale = 100000000;
    uint64_t sec;

    if (point)
        *point++ = '\0';
    for (; point && *point; point++, scale /= 10) {
        if (*point < '0' || *point > '9')
            return damaged(r->key, e);
        nsec += (*point - '0') * scale;
    }
    if (tar_decimal(text, &sec) < 0)
        return damaged(r->key, e);
    p->mtime.tv_sec = negative ? -(time_t)sec - (nsec > 0) : (time_t)sec;
    p->mtime.tv_nsec = negative && nsec > 0 ? 1000000000 - nsec : nsec;
    p->has_mtime = true;
    return 0;
}

static int add_xattr(struct tar_pax *p, const char *name, const void *value, size_t len,
                     struct err *e)
{
    struct tar_xattr *bigger;

    if (p->xattr_count == XATTRS_MAX || len > TAR_XATTR_MAX ||
        (p->xattr_bytes += len) > XATTR_BYTES_MAX || strlen(name) > 255 || !*name)
        return err_set(e, ERR_INVALID, "attribute '%.*s' of an archive is too much", 60, name);
    bigger = reallocarray(p->xattrs, p->xattr_count + 1, sizeof *bigger);
    if (!bigger)
        return err_os(e, ENOMEM, "read an archive");
    p->xattrs = bigger;
    p->xattrs[p->xattr_count++] = (struct tar_xattr){ name, value, len };
    return 0;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* %41 is A, in place. */
static void decode_name(char *name)
{
    char *to = name;

    for (; *name; name++) {
        int high = name[0] == '%' ? hex_digit(name[1]) : -1;
        int low = high >= 0 ? hex_digit(name[2]) : -1;

        if (low >= 0 && (high | low) != 0) { /* a NUL would end the name */
            *to++ = (char)(high << 4 | low);
            name += 2;
        } else {
            *to++ = *name;
        }
    }
    *to = '\0';
}

static int base64_digit(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(digits, c) : NULL;

    return at ? (int)(at - digits) : -1;
}

/* In place; with or without '=' at the end. -1: it is something else. */
static ssize_t decode_base64(char *text, size_t len)
{
    unsigned bits = 0, have = 0;
    size_t n = 0;

    while (len > 0 && text[len - 1] == '=')
        len--;
    for (size_t i = 0; i < len; i++) {
        int digit = base64_digit(text[i]);

        if (digit < 0)
            return -1;
        bits = bits << 6 | (unsigned)digit;
        have += 6;
        if (have >= 8) {
            have -= 8;
            text[n++] = (char)(bits >> have);
            bits &= (1U << have) - 1;
        }
    }
    return (ssize_t)n;
}

static int read_libarchive_xattr(const struct record *r, size_t prefix, struct tar_pax *p,
                                 struct err *e)
{
    char *name = (char *)(uintptr_t)r->key + prefix;
    ssize_t len = decode_base64(r->value, r->len);

    if (len < 0)
        return damaged(r->key, e);
    decode_name(name);
    return add_xattr(p, name, r->value, (size_t)len, e);
}

int tar_pax_add_piece(struct tar_pax *p, uint64_t offset, uint64_t size, struct err *e)
{
    if (p->piece_count == TAR_SPARSE_MAX)
        return err_set(e, ERR_INVALID, "a sparse file of an archive has too many pieces");
    if (p->piece_count == p->piece_room) {
        size_t room = p->piece_room ? 2 * p->piece_room : 16;
        struct tar_piece *bigger = reallocarray(p->pieces, room, sizeof *bigger);

        if (!bigger)
            return err_os(e, ENOMEM, "read an archive");
        p->pieces = bigger;
        p->piece_room = room;
    }
    p->pieces[p->piece_count++] = (struct tar_piece){ offset, size };
    return 0;
}

/* Version 0.1: "offset,size,offset,size". */
static int read_sparse_map(const struct record *r, struct tar_pax *p, struct err *e)
{
    char *rest = r->value, *word;
    uint64_t offset = 0, number;
    bool second = false;

    p->sparse = true;
    while (r->len && (word = strsep(&rest, ","))) {
        if (tar_decimal(word, &number) < 0)
            return damaged(r->key, e);
        if (second)
            TRY(tar_pax_add_piece(p, offset, number, e));
        offset = number;
        second = !second;
    }
    return second ? damaged(r->key, e) : 0;
}

/* Version 0.0: offset and numbytes alternate. */
static int read_sparse_part(const struct record *r, struct tar_pax *p, bool size, struct err *e)
{
    uint64_t number;
    struct tar_piece *last;

    p->sparse = true;
    if (tar_decimal(r->value, &number) < 0)
        return damaged(r->key, e);
    if (!size)
        return tar_pax_add_piece(p, number, 0, e);
    if (p->piece_count == 0)
        return damaged(r->key, e);
    last = &p->pieces[p->piece_count - 1];
    last->size = number;
    return 0;
}

static int read_sparse(const struct record *r, const char *key, struct tar_pax *p, struct err *e)
{
    if (strcmp(key, "name") == 0)
        return read_text(r, &p->sparse_name, e);
    if (strcmp(key, "size") == 0 || strcmp(key, "realsize") == 0)
        return read_number(r, &p->sparse, &p->real_size, e);
    if (strcmp(key, "major") == 0)
        p->sparse_in_content = strcmp(r->value, "1") == 0;
    if (strcmp(key, "map") == 0)
        return read_sparse_map(r, p, e);
    if (strcmp(key, "offset") == 0)
        return read_sparse_part(r, p, false, e);
    if (strcmp(key, "numbytes") == 0)
        return read_sparse_part(r, p, true, e);
    return 0;
}

/* Behind the prefix, or NULL. */
static const char *after(const char *text, const char *prefix)
{
    size_t n = strlen(prefix);

    return strncmp(text, prefix, n) == 0 ? text + n : NULL;
}

/* What is not known here says nothing about files. */
static int read_record(const struct record *r, struct tar_pax *p, struct err *e)
{
    static const char schily[] = "SCHILY.xattr.", libarchive[] = "LIBARCHIVE.xattr.";
    const char *key;

    if (strcmp(r->key, "path") == 0)
        return read_text(r, &p->path, e);
    if (strcmp(r->key, "linkpath") == 0)
        return read_text(r, &p->link, e);
    if (strcmp(r->key, "size") == 0)
        return read_number(r, &p->has_size, &p->size, e);
    if (strcmp(r->key, "uid") == 0)
        return read_number(r, &p->has_uid, &p->uid, e);
    if (strcmp(r->key, "gid") == 0)
        return read_number(r, &p->has_gid, &p->gid, e);
    if (strcmp(r->key, "mtime") == 0)
        return read_time(r, p, e);
    if ((key = after(r->key, schily)))
        return add_xattr(p, key, r->value, r->len, e);
    if (after(r->key, libarchive))
        return read_libarchive_xattr(r, sizeof libarchive - 1, p, e);
    if ((key = after(r->key, "GNU.sparse.")))
        return read_sparse(r, key, p, e);
    return 0;
}

/* One "LENGTH KEY=VALUE\n"; *text moves behind it. */
static int next_record(char **text, size_t *len, struct record *ret, struct err *e)
{
    size_t total = 0, at = 0;
    char *equals;

    for (; at < *len && (*text)[at] >= '0' && (*text)[at] <= '9' && total <= TAR_PAX_MAX; at++)
        total = total * 10 + (size_t)((*text)[at] - '0');
    if (at == 0 || at >= *len || (*text)[at] != ' ' || total > *len || total < at + 3 ||
        (*text)[total - 1] != '\n')
        return err_set(e, ERR_INVALID, "the archive is damaged: a pax record's length is wrong");
    (*text)[total - 1] = '\0';
    ret->key = *text + at + 1;
    equals = memchr(ret->key, '=', total - at - 1);
    if (!equals)
        return err_set(e, ERR_INVALID, "the archive is damaged: a pax record has no value");
    *equals = '\0';
    ret->value = equals + 1;
    ret->len = (size_t)(*text + total - 1 - ret->value);
    *text += total;
    *len -= total;
    return 0;
}

/* Some writers fill the rest with zeros. */
int tar_pax_parse(char *text, size_t len, struct tar_pax *ret, struct err *e)
{
    struct record r = { 0 };

    while (len > 0 && *text) {
        TRY(next_record(&text, &len, &r, e));
        if (r.len == 0 && !after(r.key, "SCHILY.xattr.") && !after(r.key, "LIBARCHIVE.xattr."))
            continue; /* an empty value takes back what a global header said */
        TRY(read_record(&r, ret, e));
    }
    return 0;
}

void tar_pax_done(struct tar_pax *p)
{
    free(p->xattrs);
    free(p->pieces);
    *p = (struct tar_pax){ 0 };
}
