// SPDX-License-Identifier: Apache-2.0
/* tar_stream.h - the bytes of an archive, read through a buffer. */
#pragma once

#include "lade/layer/tar_header.h"
#include "lade/stream/stream.h"

enum { TAR_BUFFER = 64 * 1024 };

struct tar_stream {
    struct byte_source from;
    size_t at, len;
    uint8_t buffer[TAR_BUFFER];
};

/* Up to size bytes; 0 at the end of the stream. */
ssize_t tar_take(struct tar_stream *t, void *buf, size_t size, struct err *e);
/* All size bytes: 1, or 0 when the stream has ended at the first of them. */
int tar_take_all(struct tar_stream *t, void *buf, size_t size, struct err *e);
int tar_skip(struct tar_stream *t, uint64_t n, struct err *e);

/* With what fills the last block. */
uint64_t tar_padded(uint64_t size);

/* ERR_INVALID: "the archive is damaged: " and what is wrong. */
int tar_damaged(struct err *e, const char *what);
