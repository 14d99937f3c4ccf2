// SPDX-License-Identifier: Apache-2.0
/*
 * compress.h - a sink that hands on what it gets, compressed.
 *
 * The same bytes become the same bytes, whenever and wherever: one thread, no time and no name in
 * the header. gzip is zlib's on every machine, as ISA-L's output depends on the processor.
 */
#pragma once

#include "lade/layer/inflate.h"

struct compress;

enum { COMPRESS_LEVEL_DEFAULT = 0 };

/* level: gzip 1 to 9 (6), zstd 1 to 19 (3); ERR_INVALID else. */
int compress_new(const struct byte_sink *to, enum compression kind, int level,
                 struct compress **ret, struct err *e);
void compress_freep(struct compress **c);
#define auto_compress __attribute__((__cleanup__(compress_freep))) struct compress

struct byte_sink compress_sink(struct compress *c);
/* Hand on the rest. */
int compress_end(struct compress *c, struct err *e);
