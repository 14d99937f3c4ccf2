// SPDX-License-Identifier: Apache-2.0
/* tar_stream.c - the bytes of an archive, read through a buffer. */
#include "lade/layer/tar_stream.h"

#include <string.h>

int tar_damaged(struct err *e, const char *what)
{
    return err_set(e, ERR_INVALID, "the archive is damaged: %s", what);
}

/* Large reads go past the buffer. */
ssize_t tar_take(struct tar_stream *t, void *buf, size_t size, struct err *e)
{
    ssize_t n;

    if (t->len == 0 && size >= TAR_BUFFER)
        return t->from.read(t->from.user, buf, size, e);
    if (t->len == 0) {
        n = t->from.read(t->from.user, t->buffer, TAR_BUFFER, e);
        if (n <= 0)
            return n;
        t->at = 0;
        t->len = (size_t)n;
    }
    n = (ssize_t)(t->len < size ? t->len : size);
    memcpy(buf, t->buffer + t->at, (size_t)n);
    t->at += (size_t)n;
    t->len -= (size_t)n;
    return n;
}

int tar_take_all(struct tar_stream *t, void *buf, size_t size, struct err *e)
{
    for (size_t done = 0; done < size;) {
        ssize_t n = tar_take(t, (char *)buf + done, size - done, e);

        if (n < 0)
            return (int)n;
        if (n == 0)
            return done == 0 ? 0 : tar_damaged(e, "it ends early");
        done += (size_t)n;
    }
    return 1;
}

int tar_skip(struct tar_stream *t, uint64_t n, struct err *e)
{
    char waste[4096];

    while (n > 0) {
        ssize_t got;

        if (t->len > 0) {
            size_t use = t->len < n ? t->len : (size_t)n;

            t->at += use;
            t->len -= use;
            n -= use;
            continue;
        }
        got = tar_take(t, waste, n < sizeof waste ? (size_t)n : sizeof waste, e);
        if (got < 0)
            return (int)got;
        if (got == 0)
            return tar_damaged(e, "it ends early");
        n -= (uint64_t)got;
    }
    return 0;
}

uint64_t tar_padded(uint64_t size)
{
    return (size + TAR_BLOCK_SIZE - 1) / TAR_BLOCK_SIZE * TAR_BLOCK_SIZE;
}
