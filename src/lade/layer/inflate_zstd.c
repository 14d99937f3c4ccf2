// SPDX-License-Identifier: Apache-2.0
/* inflate_zstd.c - zstd by libzstd. */
#include "lade/layer/inflate_method.h"

#include <errno.h>
#include <zstd.h>

static int start(void **ret_state, uint64_t window_max, struct err *e)
{
    ZSTD_DCtx *d = ZSTD_createDCtx();
    int bits = 10;

    if (!d)
        return err_os(e, ENOMEM, "decompress zstd");
    while (UINT64_C(1) << (bits + 1) <= window_max && bits < 31)
        bits++;
    ZSTD_DCtx_setParameter(d, ZSTD_d_windowLogMax, bits);
    *ret_state = d;
    return 0;
}

static int step(void *state, struct inflate_step *s, struct err *e)
{
    ZSTD_inBuffer in = { s->in, s->in_len, 0 };
    ZSTD_outBuffer out = { s->out, s->out_len, 0 };
    size_t rc = ZSTD_decompressStream(state, &out, &in);

    if (ZSTD_isError(rc))
        return err_set(e, ERR_INVALID, "the zstd stream is damaged: %s", ZSTD_getErrorName(rc));
    s->in += in.pos;
    s->in_len -= in.pos;
    s->out += out.pos;
    s->out_len -= out.pos;
    s->end = rc == 0;
    return 0;
}

static int again(void *state, struct err *e)
{
    ZSTD_DCtx_reset(state, ZSTD_reset_session_only);
    return 0;
}

static void finish(void *state)
{
    ZSTD_freeDCtx(state);
}

const struct inflate_method inflate_zstd = { start, step, again, finish };
