// SPDX-License-Identifier: Apache-2.0
/*
 * tar_write.h - a tar archive written entry by entry, as ustar with pax headers where that has no
 * room. The same entries become the same bytes.
 */
#pragma once

#include "lade/layer/tar.h"

struct tar_writer {
    struct byte_sink to;
    uint64_t left; /* bytes of the current entry's content that are still to come */
    uint64_t size; /* of that entry */
};

/* Of a TAR_FILE entry->size bytes follow, all of them, by tar_write_content(). Names and attributes
 * are written as they are; pieces are not looked at. */
int tar_write_entry(struct tar_writer *w, const struct tar_entry *entry, struct err *e);
int tar_write_content(struct tar_writer *w, const void *data, size_t len, struct err *e);
int tar_write_end(struct tar_writer *w, struct err *e);
