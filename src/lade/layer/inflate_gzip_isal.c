// SPDX-License-Identifier: Apache-2.0
/* inflate_gzip_isal.c - gzip by ISA-L, twice as fast as zlib. */
#include "lade/layer/inflate_method.h"

#include <errno.h>
#include <isa-l/igzip_lib.h>
#include <stdlib.h>

static int start(void **ret_state, uint64_t window_max, struct err *e)
{
    struct inflate_state *z = malloc(sizeof *z);

    if (!z)
        return err_os(e, ENOMEM, "decompress gzip");
    isal_inflate_init(z);
    z->crc_flag = ISAL_GZIP;
    *ret_state = z;
    return 0;
}

static uint32_t bounded(size_t n)
{
    return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

static const char *reason(int rc)
{
    switch (rc) {
    case ISAL_INCORRECT_CHECKSUM:
        return "its checksum is wrong";
    case ISAL_INVALID_WRAPPER:
    case ISAL_UNSUPPORTED_METHOD:
        return "its header is wrong";
    default:
        return "its data is wrong";
    }
}

static int step(void *state, struct inflate_step *s, struct err *e)
{
    struct inflate_state *z = state;
    int rc;

    z->next_in = (uint8_t *)(uintptr_t)s->in;
    z->avail_in = bounded(s->in_len);
    z->next_out = s->out;
    z->avail_out = bounded(s->out_len);
    rc = isal_inflate(z);
    if (rc != ISAL_DECOMP_OK && rc != ISAL_END_INPUT && rc != ISAL_OUT_OVERFLOW)
        return err_set(e, ERR_INVALID, "the gzip stream is damaged: %s", reason(rc));
    s->in_len -= (size_t)(z->next_in - s->in);
    s->in = z->next_in;
    s->out_len -= (size_t)(z->next_out - s->out);
    s->out = z->next_out;
    s->end = z->block_state == ISAL_BLOCK_FINISH;
    return 0;
}

static int again(void *state, struct err *e)
{
    struct inflate_state *z = state;

    isal_inflate_reset(z);
    z->crc_flag = ISAL_GZIP;
    return 0;
}

static void finish(void *state)
{
    free(state);
}

const struct inflate_method inflate_gzip = { start, step, again, finish };
