// SPDX-License-Identifier: Apache-2.0
/* tar_sparse.h - where the pieces of a sparse file lie: GNU's old form, and pax 1.0 (GNU tar's
 * manual, "Storing Sparse Files"). The other forms are records, see tar_pax.h. */
#pragma once

#include "lade/layer/tar_pax.h"
#include "lade/layer/tar_stream.h"

/* Old: in the header and the blocks behind it. */
int tar_sparse_gnu(struct tar_stream *t, const uint8_t *header, struct tar_pax *pax, struct err *e);

/* 1.0: at the begin of content bytes; *ret_used of them. */
int tar_sparse_map(struct tar_stream *t, uint64_t content, struct tar_pax *pax, uint64_t *ret_used,
                   struct err *e);

/* Pieces go upwards, do not overlap, and are all of the content. */
int tar_sparse_check(const struct tar_pax *pax, uint64_t content, struct err *e);
