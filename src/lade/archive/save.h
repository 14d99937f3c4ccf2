// SPDX-License-Identifier: Apache-2.0
/*
 * save.h - images as an archive.
 *
 * An image layout in a tar. For Docker's sake there can be a manifest.json as well, as Docker
 * itself writes it since version 25; older ones, podman and skopeo read that, and everything
 * of today reads the layout.
 */
#pragma once

#include "lade/store/store.h"
#include "lade/stream/stream.h"

#include <stddef.h>

struct save_options {
    const struct platform *platform; /* of an index take only this; NULL: all that is here */
    const struct platform *docker;   /* with a manifest.json, which can only name one image of an
                                        index: that for this platform; NULL: without */
};

/* entries: n of them. The archive is the same for the same images. */
int archive_save(struct store *s, const struct store_entry *const *entries, size_t n,
                 const struct save_options *options, const struct byte_sink *to, struct err *e);
