// SPDX-License-Identifier: Apache-2.0
/*
 * fuzz_tar.c - any bytes as an archive.
 *
 * Beyond not crashing: an entry keeps the promises of tar.h, content is as long as it was said to
 * be, and what is written anew by tar_write.h is read as the same.
 */
#include "lade/layer/tar.h"
#include "lade/layer/tar_write.h"

#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond)                                                                                 \
    do {                                                                                           \
        if (!(cond)) {                                                                             \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #cond);                   \
            __builtin_trap();                                                                      \
        }                                                                                          \
    } while (0)

struct bytes {
    const uint8_t *data;
    size_t len;
};

/* In pieces of odd sizes, so that every read may be short. */
static ssize_t read_bytes(void *user, void *buf, size_t size, struct err *e)
{
    struct bytes *b = user;
    size_t n = b->len < size ? b->len : size;

    if (n > 1000)
        n = 1000;
    memcpy(buf, b->data, n);
    b->data += n;
    b->len -= n;
    return (ssize_t)n;
}

static int write_bytes(void *user, const void *data, size_t len, struct err *e)
{
    buf_add(user, data, len);
    return 0;
}

static void check_entry(const struct tar_entry *entry)
{
    uint64_t end = 0;

    MUST(strlen(entry->path) <= TAR_PATH_MAX && strlen(entry->link) <= TAR_PATH_MAX);
    MUST((entry->mode & ~07777U) == 0 && entry->size <= INT64_MAX);
    MUST(entry->mtime.tv_nsec >= 0 && entry->mtime.tv_nsec < 1000000000);
    MUST(entry->piece_count == 0 || entry->sparse);
    for (size_t i = 0; i < entry->piece_count; i++) {
        MUST(entry->pieces[i].offset >= end);
        end = entry->pieces[i].offset + entry->pieces[i].size;
        MUST(end <= entry->size);
    }
    for (size_t i = 0; i < entry->xattr_count; i++)
        MUST(*entry->xattrs[i].name && entry->xattrs[i].len <= TAR_XATTR_MAX);
}

/* Everything about an archive as text; returns whether there was no error. anew: NULL, or where it
 * is written again. */
static bool describe(const uint8_t *data, size_t len, struct buf *text, struct tar_writer *anew)
{
    struct bytes bytes = { data, len };
    struct byte_source from = { read_bytes, &bytes };
    const struct tar_entry *entry;
    auto_tar *t = NULL;
    struct err e = { 0 };
    char piece[700];
    ssize_t n = 0;
    int rc;

    MUST(tar_new(&from, &t, &e) == 0);
    while (n >= 0 && (rc = tar_next(t, &entry, &e)) > 0) {
        struct tar_entry plain = *entry;
        uint64_t content = 0;

        check_entry(entry);
        for (size_t i = 0; i < entry->piece_count; i++)
            content += entry->pieces[i].size;
        content = entry->type == TAR_FILE ? entry->sparse ? content : entry->size : 0;
        plain.size = content; /* what is written has no holes */
        buf_printf(text, "%d '%s' '%s' %o %llu %llu %llu %lld.%ld %llu %llu", plain.type,
                   plain.path, plain.link, plain.mode, (unsigned long long)plain.uid,
                   (unsigned long long)plain.gid, (unsigned long long)content,
                   (long long)plain.mtime.tv_sec, plain.mtime.tv_nsec,
                   (unsigned long long)plain.major, (unsigned long long)plain.minor);
        for (size_t i = 0; i < plain.xattr_count; i++) {
            buf_printf(text, " %s=", plain.xattrs[i].name);
            buf_add(text, plain.xattrs[i].value, plain.xattrs[i].len);
        }
        if (anew)
            MUST(tar_write_entry(anew, &plain, &e) == 0);
        while ((n = tar_read(t, piece, sizeof piece, &e)) > 0) {
            MUST((uint64_t)n <= content);
            content -= (uint64_t)n;
            buf_add(text, piece, (size_t)n);
            if (anew)
                MUST(tar_write_content(anew, piece, (size_t)n, &e) == 0);
        }
        MUST(n < 0 || content == 0);
    }
    rc = n < 0 ? (int)n : rc;
    MUST(rc == 0 || (rc == -e.code && *e.text));
    return rc == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_buf text = { 0 }, archive = { 0 }, again = { 0 };
    struct tar_writer writer = { .to = { write_bytes, &archive } };
    struct err e;

    if (!describe(data, size, &text, &writer))
        return 0;
    MUST(tar_write_end(&writer, &e) == 0);
    MUST(describe((uint8_t *)archive.data, archive.len, &again, NULL));
    MUST(text.len == again.len && (text.len == 0 || memcmp(text.data, again.data, text.len) == 0));
    return 0;
}
