// SPDX-License-Identifier: Apache-2.0
/* fetch.h - the blobs of an image, from a registry into the store. */
#pragma once

#include "lade/registry/registry.h"
#include "lade/report/report.h"
#include "lade/store/arrivals.h"
#include "lade/transfer/tree.h"

struct fetch {
    struct store *store;
    struct repository *repository;
    struct report *report;
    const struct tree *tree;
    struct arrivals *arrivals; /* NULL, or of the tree's blobs: told what comes */
    atomic_bool fetched;       /* something has come */
};

/* Have the tree's n-th blob in the store. Several threads may do this for different ones. */
int fetch_blob(struct fetch *f, size_t n, struct err *e);

/* Content that is in memory already. */
int fetch_keep(struct store *store, const struct digest *digest, const char *data, size_t size,
               struct err *e);
