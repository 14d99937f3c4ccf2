// SPDX-License-Identifier: Apache-2.0
/* sweep.h - taking content out of the store; the exclusive lock is held for that. */
#pragma once

#include "lade/store/gc.h"
#include "lade/store/reach.h"

struct sweep {
    struct store *store;
    const struct reach *among; /* only what is in here may go; NULL: all */
    const struct reach *needed;
    int64_t since; /* what was added or found since then (ns since 1970) stays */
    bool dry;
    const struct gc_watcher *watcher; /* NULL: nobody */
};

int sweep_blobs(const struct sweep *w, struct err *e);
int sweep_layers(const struct sweep *w, struct err *e);
/* What killed processes have left in partial/, and downloads older than `since`. */
int sweep_partial(const struct sweep *w, struct err *e);
