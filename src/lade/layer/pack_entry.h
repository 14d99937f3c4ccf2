// SPDX-License-Identifier: Apache-2.0
/* pack_entry.h - one change after the other, as entries of an archive. */
#pragma once

#include "lade/layer/pack.h"
#include "lade/layer/tar_write.h"

struct pack_entry {
    const struct pack_options *options;
    struct pack_result *result;
    struct tar_writer writer;
    struct arena arena;
    struct id_maps back; /* files' ids to the archive's */
    void *links;         /* files with several names that were written already: tsearch(3) */
    uint8_t *buffer;
};

int pack_entry_init(struct pack_entry *p, struct err *e);
void pack_entry_done(struct pack_entry *p);

/* user: the struct pack_entry. */
change_visitor pack_entry_visit;
