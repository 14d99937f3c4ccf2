// SPDX-License-Identifier: Apache-2.0
/*
 * inflate.h - what a layer's bytes are when they are not compressed.
 *
 * The first bytes decide, as media types are often wrong in the wild; those only say what can be at
 * all. gzip may have several members and zstd several frames; what stands behind them is not part
 * of the content.
 */
#pragma once

#include "lade/stream/stream.h"

#include <stdint.h>

enum compression { COMPRESSION_NONE, COMPRESSION_GZIP, COMPRESSION_ZSTD };

struct inflate;

/* Reads the first bytes of from. allowed: bits 1 << enum compression, 0: any. window_max: bytes of
 * memory that a zstd frame may ask for as its window (a power of two). */
int inflate_new(const struct byte_source *from, unsigned allowed, uint64_t window_max,
                struct inflate **ret, struct err *e);
const char *compression_name(enum compression kind);
void inflate_freep(struct inflate **i);
#define auto_inflate __attribute__((__cleanup__(inflate_freep))) struct inflate

enum compression inflate_kind(const struct inflate *i);

/* What a layer of a media type may be, as bits for inflate_new(): what its name says, or nothing,
 * or for one without a name of compression gzip as well. 0 for a type that is none of layers'. */
unsigned compression_allowed(const char *media_type);

/* The content. ERR_INVALID when the stream is damaged or ends early. */
struct byte_source inflate_source(struct inflate *i);
