// SPDX-License-Identifier: Apache-2.0
/*
 * gc.h - removing what nothing needs any more.
 *
 * Needed is what names, leases of bundles and running lades lead to (reach.h). All is done under
 * the store's exclusive lock; every removal is complete in itself, so a killed gc has only done
 * less.
 */
#pragma once

#include "lade/store/store.h"

struct gc_options {
    bool dry;          /* only say what would go */
    bool untagged;     /* images without a name go, too */
    bool layers;       /* unpacked layers that no bundle uses go, too */
    bool partial;      /* and all downloads that could be resumed */
    uint64_t grace;    /* seconds for which an unneeded blob stays */
    uint64_t until;    /* images not used for so many seconds go; 0: none */
    unsigned keep;     /* of every repository only so many images stay; 0: all */
    uint64_t max_size; /* images go, the longest unused first, until blobs take no more; 0: none */
};

/* Called for each thing that goes. kind: "image", "blob", "layer", "partial", "lease". */
struct gc_watcher {
    void (*removed)(void *user, const char *kind, const char *name, uint64_t bytes);
    void *user;
};

int store_gc(struct store *s, const struct gc_options *options, const struct gc_watcher *watcher,
             struct err *e);
