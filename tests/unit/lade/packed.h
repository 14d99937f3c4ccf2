// SPDX-License-Identifier: Apache-2.0
/* packed.h - compressed streams, made by the libraries themselves. */
#pragma once

#include "base/buf.h"
#include "test.h"

#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

/* Appends one member. */
static inline void add_gzip(struct buf *to, const void *data, size_t len)
{
    z_stream z = { 0 };
    size_t room = len + len / 1000 + 1000;
    unsigned char *out = malloc(room);

    EXPECT(deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    z.next_in = (unsigned char *)(uintptr_t)data;
    z.avail_in = (unsigned)len;
    z.next_out = out;
    z.avail_out = (unsigned)room;
    EXPECT(deflate(&z, Z_FINISH) == Z_STREAM_END);
    buf_add(to, out, z.total_out);
    deflateEnd(&z);
    free(out);
}

/* Appends one frame, whose window has 1 << window_log bytes; 0: as it comes. */
static inline void add_zstd(struct buf *to, const void *data, size_t len, int window_log)
{
    ZSTD_CCtx *c = ZSTD_createCCtx();
    size_t room = ZSTD_compressBound(len) + 1000;
    unsigned char *out = malloc(room);
    ZSTD_inBuffer in = { data, len, 0 };
    ZSTD_outBuffer to_out = { out, room, 0 };

    ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
    ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, window_log);
    ZSTD_CCtx_setParameter(c, ZSTD_c_contentSizeFlag, 0);
    /* In two steps, as a frame of known size has no larger window. */
    EXPECT(!ZSTD_isError(ZSTD_compressStream2(c, &to_out, &in, ZSTD_e_flush)));
    EXPECT(ZSTD_compressStream2(c, &to_out, &in, ZSTD_e_end) == 0);
    buf_add(to, out, to_out.pos);
    ZSTD_freeCCtx(c);
    free(out);
}
