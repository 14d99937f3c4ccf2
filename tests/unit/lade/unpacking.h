// SPDX-License-Identifier: Apache-2.0
/* unpacking.h - unpack an archive in one line: EXPECT_STR(unpack(root, &a, .overlay = true), "").
 */
#pragma once

#include "archive.h"
#include "tree.h"
#include "workspace.h"

#include "lade/layer/unpack.h"

static struct unpack_result unpack_got;

static inline const char *unpack_with(const struct buf *a, struct unpack_options options)
{
    static struct err e;
    struct archive_source source = { a->data, a->len, 0, 0 };
    struct byte_source from = { read_archive, &source };
    int rc;

    if (options.lower == 0)
        options.lower = -EBADF;
    rc = unpack_layer(&from, &options, &unpack_got, &e);
    return rc < 0 ? e.text : "";
}

/* The error's text, "" for none; the result is in unpack_got. */
#define unpack(dir, archive, ...)                                                                  \
    unpack_with(archive, (struct unpack_options){ .root = dir, __VA_ARGS__ })
