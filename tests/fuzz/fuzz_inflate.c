// SPDX-License-Identifier: Apache-2.0
/*
 * fuzz_inflate.c - any bytes as a compressed layer.
 *
 * Beyond not crashing: it ends, memory is bounded by the window, and all in one piece it is the
 * same as byte by byte.
 */
#include "lade/layer/inflate.h"

#include "lade/name/digest.h"

#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond)                                                                                 \
    do {                                                                                           \
        if (!(cond)) {                                                                             \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #cond);                   \
            __builtin_trap();                                                                      \
        }                                                                                          \
    } while (0)

enum { WINDOW = 1 << 20, OUTPUT_MAX = 16 << 20 };

struct bytes {
    const uint8_t *data;
    size_t len, step;
};

static ssize_t read_bytes(void *user, void *buf, size_t size, struct err *e)
{
    struct bytes *b = user;
    size_t n = b->len < size ? b->len : size;

    if (n > b->step)
        n = b->step;
    memcpy(buf, b->data, n);
    b->data += n;
    b->len -= n;
    return (ssize_t)n;
}

/* True when all of it was read without an error; its digest is then in *ret. */
static bool digest_content(const uint8_t *data, size_t size, size_t step, struct digest *ret)
{
    struct bytes bytes = { data, size, step };
    struct byte_source from = { read_bytes, &bytes }, plain;
    static char piece[65536];
    auto_inflate *i = NULL;
    auto_hasher *h = NULL;
    struct err e = { 0 };
    size_t total = 0;
    ssize_t n = inflate_new(&from, 0, WINDOW, &i, &e);

    MUST(hasher_new(DIGEST_SHA256, &h, &e) == 0);
    if (n == 0) {
        plain = inflate_source(i);
        while (total < OUTPUT_MAX &&
               (n = plain.read(plain.user, piece, step < 64 ? step : sizeof piece, &e)) > 0) {
            hasher_add(h, piece, (size_t)n);
            total += (size_t)n;
        }
    }
    MUST(n >= 0 || (n == -e.code && *e.text));
    hasher_end(h, ret);
    return n == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct digest whole, bytewise;
    bool good;

    if (size > 100000)
        return 0;
    good = digest_content(data, size, SIZE_MAX, &whole);
    MUST(digest_content(data, size, 1, &bytewise) == good);
    MUST(!good || digest_equal(&whole, &bytewise));
    return 0;
}
