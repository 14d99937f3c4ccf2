// SPDX-License-Identifier: Apache-2.0
/* stream.h - bytes that come one after the other: a file, a download, an inflated stream. */
#pragma once

#include "base/err.h"

#include <stddef.h>
#include <sys/types.h>

/* read fills up to size bytes and returns how many, 0 at the end, or a negative errno with *e
 * filled. It may return fewer than asked for at any time. */
struct byte_source {
    ssize_t (*read)(void *user, void *buf, size_t size, struct err *e);
    void *user;
};

/* Bytes that are handed on as they come. 0, or a negative errno with *e filled, which ends the
 * sender. */
struct byte_sink {
    int (*write)(void *user, const void *data, size_t len, struct err *e);
    void *user;
};
