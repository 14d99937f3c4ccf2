// SPDX-License-Identifier: Apache-2.0
/* inflate_method.h - one way of compression, as inflate.c drives it. */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct inflate_step {
    const uint8_t *in;
    size_t in_len; /* left over on return */
    uint8_t *out;
    size_t out_len; /* room on entry, left over on return */
    bool end;       /* set: a member or frame has ended */
};

struct inflate_method {
    int (*start)(void **ret_state, uint64_t window_max, struct err *e);
    /* Take some of in, fill some of out. Makes progress unless one of them is used up. */
    int (*step)(void *state, struct inflate_step *s, struct err *e);
    /* Make ready for another member. */
    int (*again)(void *state, struct err *e);
    void (*finish)(void *state);
};

/* gzip by ISA-L where it was built with it, else by zlib; zstd. */
extern const struct inflate_method inflate_gzip, inflate_zstd;
