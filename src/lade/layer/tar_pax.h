// SPDX-License-Identifier: Apache-2.0
/* tar_pax.h - the records of a pax extended header, POSIX.1 pax "pax Extended Header". */
#pragma once

#include "lade/layer/tar.h"

/* What the records say. Texts and values point into the header's own bytes. */
struct tar_pax {
    const char *path, *link; /* NULL: not said */
    bool has_size, has_uid, has_gid, has_mtime;
    uint64_t size, uid, gid;
    struct timespec mtime;
    struct tar_xattr *xattrs; /* malloc'd */
    size_t xattr_count, xattr_bytes;
    /* GNU.sparse.*: */
    bool sparse, sparse_in_content; /* the map: in the records; at the content's begin (1.0) */
    const char *sparse_name;        /* instead of path, which is made up; or NULL */
    uint64_t real_size;
    struct tar_piece *pieces; /* malloc'd */
    size_t piece_count, piece_room;
};

/* text: len bytes, changed in place, and kept as long as *ret. */
int tar_pax_parse(char *text, size_t len, struct tar_pax *ret, struct err *e);
void tar_pax_done(struct tar_pax *p);

int tar_pax_add_piece(struct tar_pax *p, uint64_t offset, uint64_t size, struct err *e);

/* Decimal digits, all of the text. */
int tar_decimal(const char *text, uint64_t *ret);
