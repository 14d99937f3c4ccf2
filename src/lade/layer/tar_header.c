// SPDX-License-Identifier: Apache-2.0
/* tar_header.c - one block of 512 bytes: what stands where, and numbers in it. */
#include "lade/layer/tar_header.h"

#include <stdio.h>
#include <string.h>

struct field {
    size_t at, len;
};

static const struct field name = { 0, 100 }, mode = { 100, 8 }, uid = { 108, 8 }, gid = { 116, 8 },
                          size = { 124, 12 }, mtime = { 136, 12 }, checksum = { 148, 8 },
                          link_name = { 157, 100 }, magic = { 257, 8 }, dev_major = { 329, 8 },
                          dev_minor = { 337, 8 }, prefix = { 345, 155 }, star_prefix = { 345, 131 },
                          star_magic = { 508, 4 };
enum { FLAG_AT = 156 };

bool tar_block_is_zero(const uint8_t *block)
{
    return block[0] == 0 && memcmp(block, block + 1, TAR_BLOCK_SIZE - 1) == 0;
}

/* Base 256: the first bit is set, the next is the sign, the rest is a big-endian number. */
static int base_256(const uint8_t *text, size_t len, int64_t *ret)
{
    uint8_t extend = text[0] & 0x40 ? 0xff : 0;
    uint64_t value = extend ? UINT64_MAX : 0;

    for (size_t i = 0; i < len; i++) {
        uint8_t byte = i == 0 ? (uint8_t)(text[0] | 0x80) & (extend | 0x7f) : text[i];

        if (len - i > sizeof value && byte != extend)
            return -1;
        value = value << 8 | byte;
    }
    if ((value >> 63 != 0) != (extend != 0))
        return -1;
    *ret = (int64_t)value;
    return 0;
}

/* Digits between blanks, ended by a blank, a NUL or the field's end. Nothing at all is 0. */
static int octal(const uint8_t *text, size_t len, int64_t *ret)
{
    uint64_t value = 0;
    size_t i = 0;

    while (i < len && text[i] == ' ')
        i++;
    for (; i < len && text[i] >= '0' && text[i] <= '7'; i++) {
        if (value >> 60)
            return -1;
        value = value << 3 | (uint64_t)(text[i] - '0');
    }
    for (; i < len && text[i]; i++)
        if (text[i] != ' ')
            return -1;
    *ret = (int64_t)value;
    return 0;
}

static int signed_number(const uint8_t *text, size_t len, const char *what, int64_t *ret,
                         struct err *e)
{
    int rc = text[0] & 0x80 ? base_256(text, len, ret) : octal(text, len, ret);

    return rc < 0 ? err_set(e, ERR_INVALID, "the archive is damaged: its %s is no number", what)
                  : 0;
}

int tar_number(const uint8_t *text, size_t len, const char *what, uint64_t *ret, struct err *e)
{
    int64_t value;

    TRY(signed_number(text, len, what, &value, e));
    if (value < 0)
        return err_set(e, ERR_INVALID, "the archive is damaged: its %s is negative", what);
    *ret = (uint64_t)value;
    return 0;
}

static int read_field(const uint8_t *block, struct field f, const char *what, uint64_t *ret,
                      struct err *e)
{
    return tar_number(block + f.at, f.len, what, ret, e);
}

/* The bytes are summed up with the checksum's own field as blanks; old programs took them for
 * signed. */
static int check_sum(const uint8_t *block, struct err *e)
{
    uint64_t wanted;
    long sum = 0, signed_sum = 0;

    TRY(read_field(block, checksum, "checksum", &wanted, e));
    for (size_t i = 0; i < TAR_BLOCK_SIZE; i++) {
        uint8_t byte = i - checksum.at < checksum.len ? ' ' : block[i];

        sum += byte;
        signed_sum += (int8_t)byte;
    }
    if ((uint64_t)sum != wanted && (uint64_t)signed_sum != wanted)
        return err_set(e, ERR_INVALID, "the archive is damaged: a header's checksum is wrong");
    return 0;
}

static void copy_text(char *to, const uint8_t *block, struct field f)
{
    memcpy(to, block + f.at, f.len);
    to[f.len] = '\0';
}

static bool is(const uint8_t *block, struct field f, const char *text, size_t len)
{
    return memcmp(block + f.at, text, len) == 0;
}

/* GNU has other things where POSIX has the prefix, and star a shorter one. */
static void read_name(const uint8_t *block, char *ret)
{
    struct field from = is(block, star_magic, "tar", 4) ? star_prefix : prefix;
    size_t len = 0;

    if (is(block, magic, "ustar\0", 6) && block[from.at]) {
        copy_text(ret, block, from);
        len = strlen(ret);
        ret[len++] = '/';
    }
    copy_text(ret + len, block, name);
}

int tar_header_parse(const uint8_t *block, struct tar_header *ret, struct err *e)
{
    struct tar_header h = { .flag = (char)block[FLAG_AT] };
    bool device = h.flag == TAR_FLAG_CHAR || h.flag == TAR_FLAG_BLOCK;
    uint64_t bits;

    TRY(check_sum(block, e));
    TRY(read_field(block, mode, "mode", &bits, e));
    TRY(read_field(block, uid, "uid", &h.uid, e));
    TRY(read_field(block, gid, "gid", &h.gid, e));
    TRY(read_field(block, size, "size", &h.size, e));
    TRY(signed_number(block + mtime.at, mtime.len, "mtime", &h.mtime, e));
    if (device) {
        TRY(read_field(block, dev_major, "device number", &h.major, e));
        TRY(read_field(block, dev_minor, "device number", &h.minor, e));
    }
    h.mode = bits & 07777;
    if (h.flag == '\0')
        h.flag = TAR_FLAG_FILE;
    read_name(block, h.name);
    copy_text(h.link, block, link_name);
    *ret = h;
    return 0;
}
