// SPDX-License-Identifier: Apache-2.0
/* packing.h - pack files in one line: EXPECT_STR(pack(&archive, root), ""). */
#pragma once

#include "unpacking.h"

#include "lade/layer/pack.h"

static struct pack_result pack_got;

static inline int add_to_buf(void *user, const void *data, size_t len, struct err *e)
{
    buf_add(user, data, len);
    return 0;
}

static inline const char *pack_with(struct buf *ret, struct pack_options options)
{
    static struct err e;
    struct byte_sink to = { add_to_buf, ret };

    if (options.source.lower == 0)
        options.source.lower = -EBADF;
    ret->len = 0;
    return pack_layer(&options, &to, &pack_got, &e) < 0 ? e.text : "";
}

/* The error's text, "" for none; the result is in pack_got. */
#define pack(archive, dir, ...)                                                                    \
    pack_with(archive, (struct pack_options){ .source.root = dir, __VA_ARGS__ })

static inline void set_time(const char *path, int64_t sec, long nsec)
{
    struct timespec times[2] = { { sec, nsec }, { sec, nsec } };

    EXPECT(utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW) == 0);
}
