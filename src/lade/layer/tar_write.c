// SPDX-License-Identifier: Apache-2.0
/* tar_write.c - a tar archive written entry by entry. */
#include "lade/layer/tar_write.h"

#include "base/buf.h"
#include "lade/layer/tar_header.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { NAME_MAX_USTAR = 100, ID_MAX = 07777777 };
static const uint64_t SIZE_MAX_USTAR = 077777777777;
static const uint8_t zeros[2 * TAR_BLOCK_SIZE];

static int put(struct tar_writer *w, const void *data, size_t len, struct err *e)
{
    return w->to.write(w->to.user, data, len, e);
}

static int pad(struct tar_writer *w, uint64_t size, struct err *e)
{
    size_t over = size % TAR_BLOCK_SIZE;

    return over ? put(w, zeros, TAR_BLOCK_SIZE - over, e) : 0;
}

/* Ends with a NUL. What has no room is in a pax header, and 0 here. */
static void put_octal(uint8_t *field, size_t size, uint64_t value)
{
    if (value >> 3 * (size - 1))
        value = 0;
    for (size_t i = size - 1; i-- > 0; value >>= 3)
        field[i] = (uint8_t)('0' + (value & 7));
}

static void put_text(uint8_t *field, const char *text)
{
    memcpy(field, text, strnlen(text, NAME_MAX_USTAR));
}

static void put_checksum(uint8_t *block)
{
    unsigned sum = 0;

    memset(block + 148, ' ', 8);
    for (size_t i = 0; i < TAR_BLOCK_SIZE; i++)
        sum += block[i];
    put_octal(block + 148, 7, sum);
}

/* flag: enum tar_flag; name and size instead of the entry's. */
static int put_header(struct tar_writer *w, const struct tar_entry *entry, char flag,
                      const char *name, uint64_t size, struct err *e)
{
    uint8_t block[TAR_BLOCK_SIZE] = { 0 };
    int64_t mtime = entry->mtime.tv_sec;

    put_text(block, name);
    put_octal(block + 100, 8, entry->mode);
    put_octal(block + 108, 8, entry->uid);
    put_octal(block + 116, 8, entry->gid);
    put_octal(block + 124, 12, size);
    put_octal(block + 136, 12, mtime < 0 ? 0 : (uint64_t)mtime);
    block[156] = (uint8_t)flag;
    put_text(block + 157, entry->link);
    memcpy(block + 257, "ustar\00000", 8);
    put_octal(block + 329, 8, entry->major);
    put_octal(block + 337, 8, entry->minor);
    put_checksum(block);
    return put(w, block, sizeof block, e);
}

/* "LENGTH KEY=VALUE\n", where the length counts its own digits. */
static void add_record(struct buf *b, const char *key, const void *value, size_t len)
{
    size_t rest = strlen(key) + len + 3, digits = 1, power = 10;

    for (; rest + digits >= power; power *= 10)
        digits++;
    buf_printf(b, "%zu %s=", rest + digits, key);
    buf_add(b, value, len);
    buf_puts(b, "\n");
}

static void add_number(struct buf *b, const char *key, uint64_t value, uint64_t max)
{
    char text[24];

    if (value > max)
        add_record(b, key, text,
                   (size_t)snprintf(text, sizeof text, "%llu", (unsigned long long)value));
}

/* Before the epoch the seconds are rounded down, and the fraction goes up. */
static void add_time(struct buf *b, const struct timespec *t)
{
    bool negative = t->tv_sec < 0;
    long long sec = t->tv_sec + (negative && t->tv_nsec > 0);
    long nsec = negative && t->tv_nsec > 0 ? 1000000000 - t->tv_nsec : t->tv_nsec;
    char text[48];
    int n;

    if (!negative && nsec == 0 && (uint64_t)sec <= SIZE_MAX_USTAR)
        return;
    n = snprintf(text, sizeof text, "%s%lld", negative ? "-" : "", negative ? -sec : sec);
    if (nsec) {
        n += snprintf(text + n, sizeof text - (size_t)n, ".%09ld", nsec);
        while (text[n - 1] == '0')
            n--;
    }
    add_record(b, "mtime", text, (size_t)n);
}

static void add_path(struct buf *b, const char *key, const char *path)
{
    if (strlen(path) > NAME_MAX_USTAR)
        add_record(b, key, path, strlen(path));
}

static void add_xattrs(struct buf *b, const struct tar_entry *entry)
{
    for (size_t i = 0; i < entry->xattr_count; i++) {
        const struct tar_xattr *x = &entry->xattrs[i];
        char key[300];

        snprintf(key, sizeof key, "SCHILY.xattr.%s", x->name);
        add_record(b, key, x->value, x->len);
    }
}

/* All that the entry's own header has no room for. */
static int put_pax(struct tar_writer *w, const struct tar_entry *entry, struct err *e)
{
    static const struct tar_entry plain = { .path = "PaxHeaders", .link = "", .mode = 0644 };
    auto_buf b = { 0 };

    add_path(&b, "path", entry->path);
    add_path(&b, "linkpath", entry->link);
    add_number(&b, "size", entry->size, SIZE_MAX_USTAR);
    add_number(&b, "uid", entry->uid, ID_MAX);
    add_number(&b, "gid", entry->gid, ID_MAX);
    add_time(&b, &entry->mtime);
    add_xattrs(&b, entry);
    if (buf_failed(&b))
        return err_os(e, ENOMEM, "write an archive");
    if (b.len == 0)
        return 0;
    TRY(put_header(w, &plain, TAR_FLAG_PAX, plain.path, b.len, e));
    TRY(put(w, b.data, b.len, e));
    return pad(w, b.len, e);
}

int tar_write_entry(struct tar_writer *w, const struct tar_entry *entry, struct err *e)
{
    static const char flags[] = {
        [TAR_FILE] = TAR_FLAG_FILE,       [TAR_HARDLINK] = TAR_FLAG_HARDLINK,
        [TAR_SYMLINK] = TAR_FLAG_SYMLINK, [TAR_CHAR] = TAR_FLAG_CHAR,
        [TAR_BLOCK] = TAR_FLAG_BLOCK,     [TAR_DIRECTORY] = TAR_FLAG_DIRECTORY,
        [TAR_FIFO] = TAR_FLAG_FIFO,
    };

    w->size = w->left = entry->type == TAR_FILE ? entry->size : 0;
    TRY(put_pax(w, entry, e));
    return put_header(w, entry, flags[entry->type], entry->path, w->size, e);
}

int tar_write_content(struct tar_writer *w, const void *data, size_t len, struct err *e)
{
    if (len > w->left)
        return err_set(e, ERR_INVALID, "write an archive: more content than was announced");
    TRY(put(w, data, len, e));
    w->left -= len;
    return w->left == 0 ? pad(w, w->size, e) : 0;
}

int tar_write_end(struct tar_writer *w, struct err *e)
{
    if (w->left > 0)
        return err_set(e, ERR_INVALID, "write an archive: less content than was announced");
    return put(w, zeros, sizeof zeros, e);
}
