// SPDX-License-Identifier: Apache-2.0
/* inflate_gzip_isal.c - gzip by ISA-L, twice as fast as zlib. */
#include "lade/layer/inflate_method.h"

#include <errno.h>
#include <isa-l/igzip_lib.h>
#include <stdlib.h>

/* isal_inflate() reads headers, too, but forgets their checksum when one comes in pieces. */
struct member {
    struct inflate_state z;
    struct isal_gzip_header header;
    bool in_header;
};

static void begin(struct member *m)
{
    m->z.crc_flag = ISAL_GZIP_NO_HDR_VER;
    isal_gzip_header_init(&m->header);
    m->in_header = true;
}

static int start(void **ret_state, uint64_t window_max, struct err *e)
{
    struct member *m = calloc(1, sizeof *m);

    if (!m)
        return err_os(e, ENOMEM, "decompress gzip");
    isal_inflate_init(&m->z);
    begin(m);
    *ret_state = m;
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

/* Header and, once that is read, content. */
static int go_on(struct member *m)
{
    int rc = m->in_header ? isal_read_gzip_header(&m->z, &m->header) : ISAL_DECOMP_OK;

    if (rc != ISAL_DECOMP_OK)
        return rc;
    m->in_header = false;
    return isal_inflate(&m->z);
}

static int step(void *state, struct inflate_step *s, struct err *e)
{
    struct member *m = state;
    struct inflate_state *z = &m->z;
    int rc;

    z->next_in = (uint8_t *)(uintptr_t)s->in;
    z->avail_in = bounded(s->in_len);
    z->next_out = s->out;
    z->avail_out = bounded(s->out_len);
    rc = go_on(m);
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
    struct member *m = state;

    isal_inflate_reset(&m->z);
    begin(m);
    return 0;
}

static void finish(void *state)
{
    free(state);
}

const struct inflate_method inflate_gzip = { start, step, again, finish };
