// SPDX-License-Identifier: Apache-2.0
/*
 * load.h - images out of an archive, or out of somebody else's image layout.
 *
 * Archives are image layouts in a tar, or what "docker save" wrote (manifest.json), in both of its
 * forms. Nothing in them is believed: digests and diffIDs are checked before an image gets a name.
 */
#pragma once

#include "lade/store/store.h"
#include "lade/stream/stream.h"

struct load_options {
    const char *name; /* for the only image, instead of what the archive says; NULL: that */
    enum store_name_mode mode;
    /* Called for each image; name may be NULL. */
    void (*loaded)(void *user, const char *name, const struct digest *digest);
    void *user;
};

int archive_load(struct store *s, const struct byte_source *from, const struct load_options *o,
                 struct err *e);

/* layout: opened with STORE_READ. */
int layout_load(struct store *s, struct store *layout, const struct load_options *o, struct err *e);
