// SPDX-License-Identifier: Apache-2.0
/* tar_sparse.c - where the pieces of a sparse file lie. */
#include "lade/layer/tar_sparse.h"

/* Old GNU: pairs of numbers in the header and, while a mark says so, in blocks behind it. */
static int read_gnu_pieces(struct tar_pax *pax, const uint8_t *at, size_t count, struct err *e)
{
    for (size_t i = 0; i < count; i++, at += 24) {
        uint64_t offset, size;

        if (!at[0])
            return 0;
        TRY(tar_number(at, 12, "sparse map", &offset, e));
        TRY(tar_number(at + 12, 12, "sparse map", &size, e));
        TRY(tar_pax_add_piece(pax, offset, size, e));
    }
    return 0;
}

int tar_sparse_gnu(struct tar_stream *t, const uint8_t *header, struct tar_pax *pax, struct err *e)
{
    uint8_t block[TAR_BLOCK_SIZE];
    bool more = header[482];
    int rc;

    pax->sparse = true;
    TRY(tar_number(header + 483, 12, "sparse size", &pax->real_size, e));
    TRY(read_gnu_pieces(pax, header + 386, 4, e));
    while (more) {
        rc = tar_take_all(t, block, sizeof block, e);
        if (rc <= 0)
            return rc < 0 ? rc : tar_damaged(e, "it ends early");
        TRY(read_gnu_pieces(pax, block, 21, e));
        more = block[504];
    }
    return 0;
}

/* One line of digits of a map that stands in the content (pax 1.0). */
static int read_map_number(struct tar_stream *t, uint64_t content, uint64_t *used, uint64_t *ret,
                           struct err *e)
{
    char text[24];

    for (size_t n = 0; n < sizeof text - 1; n++) {
        int rc = *used < content ? tar_take_all(t, &text[n], 1, e) : 0;

        if (rc <= 0)
            return rc < 0 ? rc : tar_damaged(e, "a sparse map ends early");
        (*used)++;
        if (text[n] != '\n')
            continue;
        text[n] = '\0';
        return tar_decimal(text, ret) < 0 ? tar_damaged(e, "its sparse map is no number") : 0;
    }
    return tar_damaged(e, "its sparse map is no number");
}

int tar_sparse_map(struct tar_stream *t, uint64_t content, struct tar_pax *pax, uint64_t *ret_used,
                   struct err *e)
{
    uint64_t used = 0, count, offset, size;

    TRY(read_map_number(t, content, &used, &count, e));
    if (count > TAR_SPARSE_MAX)
        return err_set(e, ERR_INVALID, "a sparse file of an archive has too many pieces");
    for (uint64_t i = 0; i < count; i++) {
        TRY(read_map_number(t, content, &used, &offset, e));
        TRY(read_map_number(t, content, &used, &size, e));
        TRY(tar_pax_add_piece(pax, offset, size, e));
    }
    if (tar_padded(used) > content)
        return tar_damaged(e, "a sparse map ends early");
    *ret_used = tar_padded(used);
    return tar_skip(t, tar_padded(used) - used, e);
}

int tar_sparse_check(const struct tar_pax *pax, uint64_t content, struct err *e)
{
    uint64_t end = 0, total = 0;

    for (size_t i = 0; i < pax->piece_count; i++) {
        const struct tar_piece *p = &pax->pieces[i];

        if (p->offset < end || p->offset > pax->real_size || p->size > pax->real_size - p->offset)
            return tar_damaged(e, "a sparse map is out of order");
        end = p->offset + p->size;
        total += p->size;
    }
    return total == content ? 0 : tar_damaged(e, "a sparse map does not fit its content");
}
