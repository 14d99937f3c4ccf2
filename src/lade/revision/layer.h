// SPDX-License-Identifier: Apache-2.0
/* layer.h - a layer on its way into the store, and so into a revision. */
#pragma once

#include "lade/layer/pack.h"
#include "lade/revision/revision.h"

/* Files as a new layer; see pack.h. *ret_entries: how many changes it holds; a layer without any is
 * not kept. */
int layer_from_files(struct store *s, const struct pack_options *options,
                     struct revision_layer *ret, uint64_t *ret_entries, struct err *e);

/* An archive of a root filesystem as a layer. It is read to its end, and what is damaged is
 * refused. One that is compressed already stays as it is; else it gets compression and level. */
int layer_from_archive(struct store *s, const struct byte_source *from,
                       enum compression compression, int level, struct revision_layer *ret,
                       struct err *e);
