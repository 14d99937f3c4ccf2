// SPDX-License-Identifier: Apache-2.0
/* compress.c - a sink that hands on what it gets, compressed. */
#include "lade/layer/compress.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

enum { BUFFER = 128 * 1024, GZIP_ONLY = 16, GZIP_LEVEL = 6, ZSTD_LEVEL = 3, ZSTD_LEVEL_MAX = 19 };

struct compress {
    struct byte_sink to;
    enum compression kind;
    z_stream gzip;
    gz_header gzip_header; /* zlib reads it with the first bytes */
    bool gzip_begun;
    ZSTD_CCtx *zstd;
    uint8_t buffer[BUFFER];
};

static int begin_gzip(struct compress *c, int level, struct err *e)
{
    if (deflateInit2(&c->gzip, level, Z_DEFLATED, GZIP_ONLY + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) !=
        Z_OK)
        return err_os(e, ENOMEM, "compress");
    c->gzip_begun = true;
    c->gzip_header.os = 255; /* "unknown" */
    deflateSetHeader(&c->gzip, &c->gzip_header);
    return 0;
}

static int begin_zstd(struct compress *c, int level, struct err *e)
{
    c->zstd = ZSTD_createCCtx();
    if (!c->zstd)
        return err_os(e, ENOMEM, "compress");
    ZSTD_CCtx_setParameter(c->zstd, ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(c->zstd, ZSTD_c_checksumFlag, 1);
    return 0;
}

static bool is_level(enum compression kind, int level)
{
    int max = kind == COMPRESSION_GZIP   ? Z_BEST_COMPRESSION
              : kind == COMPRESSION_ZSTD ? ZSTD_LEVEL_MAX
                                         : COMPRESS_LEVEL_DEFAULT;

    return level >= COMPRESS_LEVEL_DEFAULT && level <= max;
}

int compress_new(const struct byte_sink *to, enum compression kind, int level,
                 struct compress **ret, struct err *e)
{
    auto_compress *c = NULL;

    if (!is_level(kind, level))
        return err_set(e, ERR_INVALID, "no level %d of compression for %s", level,
                       kind == COMPRESSION_NONE ? "nothing" : compression_name(kind));
    c = calloc(1, sizeof *c);
    if (!c)
        return err_os(e, ENOMEM, "compress");
    c->to = *to;
    c->kind = kind;
    if (kind == COMPRESSION_GZIP)
        TRY(begin_gzip(c, level ? level : GZIP_LEVEL, e));
    if (kind == COMPRESSION_ZSTD)
        TRY(begin_zstd(c, level ? level : ZSTD_LEVEL, e));
    *ret = c;
    c = NULL;
    return 0;
}

void compress_freep(struct compress **c)
{
    if (!*c)
        return;
    if ((*c)->gzip_begun)
        deflateEnd(&(*c)->gzip);
    ZSTD_freeCCtx((*c)->zstd);
    free(*c);
    *c = NULL;
}

/* flush: Z_NO_FLUSH until data is used up, Z_FINISH until all is out. */
static int deflate_all(struct compress *c, const void *data, unsigned len, int flush, struct err *e)
{
    c->gzip.next_in = (Bytef *)(uintptr_t)data;
    c->gzip.avail_in = len;
    do {
        c->gzip.next_out = c->buffer;
        c->gzip.avail_out = BUFFER;
        deflate(&c->gzip, flush);
        TRY(c->to.write(c->to.user, c->buffer, BUFFER - c->gzip.avail_out, e));
    } while (c->gzip.avail_out == 0);
    return 0;
}

static int zstd_all(struct compress *c, const void *data, size_t len, ZSTD_EndDirective directive,
                    struct err *e)
{
    ZSTD_inBuffer in = { data, len, 0 };
    size_t left;

    do {
        ZSTD_outBuffer out = { c->buffer, BUFFER, 0 };

        left = ZSTD_compressStream2(c->zstd, &out, &in, directive);
        if (ZSTD_isError(left))
            return err_set(e, ERR_INVALID, "compress: %s", ZSTD_getErrorName(left));
        TRY(c->to.write(c->to.user, c->buffer, out.pos, e));
    } while (directive == ZSTD_e_end ? left != 0 : in.pos < in.size);
    return 0;
}

static int write_some(void *user, const void *data, size_t len, struct err *e)
{
    struct compress *c = user;
    const uint8_t *from = data;

    if (c->kind == COMPRESSION_NONE)
        return c->to.write(c->to.user, data, len, e);
    if (c->kind == COMPRESSION_ZSTD)
        return zstd_all(c, data, len, ZSTD_e_continue, e);
    while (len > 0) {
        unsigned n = len > INT_MAX ? INT_MAX : (unsigned)len;

        TRY(deflate_all(c, from, n, Z_NO_FLUSH, e));
        from += n;
        len -= n;
    }
    return 0;
}

struct byte_sink compress_sink(struct compress *c)
{
    return (struct byte_sink){ write_some, c };
}

int compress_end(struct compress *c, struct err *e)
{
    if (c->kind == COMPRESSION_GZIP)
        return deflate_all(c, NULL, 0, Z_FINISH, e);
    if (c->kind == COMPRESSION_ZSTD)
        return zstd_all(c, NULL, 0, ZSTD_e_end, e);
    return 0;
}
