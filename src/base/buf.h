// SPDX-License-Identifier: Apache-2.0
/*
 * buf.h - text that grows, and JSON written into it.
 *
 * A buf remembers that memory ran out instead of returning it from every call: write as much as you
 * like, then ask buf_failed() once. Zero-initialised is empty; free with buf_done().
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data; /* NUL-terminated when not NULL */
    size_t len, size;
    bool failed;
};

void buf_done(struct buf *b);
void buf_add(struct buf *b, const void *bytes, size_t n);
void buf_puts(struct buf *b, const char *s);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A JSON string with its quotes; control characters and invalid UTF-8 are escaped or replaced. */
void buf_json_string(struct buf *b, const char *s);

static inline bool buf_failed(const struct buf *b)
{
    return b->failed;
}

#define auto_buf __attribute__((__cleanup__(buf_done))) struct buf
