// SPDX-License-Identifier: Apache-2.0
/* inflate_gzip_zlib.c - gzip by zlib. */
#include "lade/layer/inflate_method.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

enum { GZIP_ONLY = 16 };

static int start(void **ret_state, uint64_t window_max, struct err *e)
{
    z_stream *z = calloc(1, sizeof *z);

    if (!z || inflateInit2(z, GZIP_ONLY + MAX_WBITS) != Z_OK) {
        free(z);
        return err_os(e, ENOMEM, "decompress gzip");
    }
    *ret_state = z;
    return 0;
}

static int step(void *state, struct inflate_step *s, struct err *e)
{
    z_stream *z = state;
    int rc;

    z->next_in = (Bytef *)(uintptr_t)s->in;
    z->avail_in = s->in_len > UINT_MAX ? UINT_MAX : (uInt)s->in_len;
    z->next_out = s->out;
    z->avail_out = s->out_len > UINT_MAX ? UINT_MAX : (uInt)s->out_len;
    rc = inflate(z, Z_NO_FLUSH);
    if (rc == Z_MEM_ERROR)
        return err_os(e, ENOMEM, "decompress gzip");
    if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
        return err_set(e, ERR_INVALID, "the gzip stream is damaged: %s",
                       z->msg ? z->msg : "it asks for a dictionary");
    s->in_len -= (size_t)(z->next_in - s->in);
    s->in = z->next_in;
    s->out_len -= (size_t)(z->next_out - s->out);
    s->out = z->next_out;
    s->end = rc == Z_STREAM_END;
    return 0;
}

static int again(void *state, struct err *e)
{
    return inflateReset(state) == Z_OK ? 0 : err_os(e, ENOMEM, "decompress gzip");
}

static void finish(void *state)
{
    inflateEnd(state);
    free(state);
}

const struct inflate_method inflate_gzip = { start, step, again, finish };
