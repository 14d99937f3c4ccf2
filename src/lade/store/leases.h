// SPDX-License-Identifier: Apache-2.0
/* leases.h - the leases that are held, as gc and rmi see them. */
#pragma once

#include "lade/store/lease.h"

struct held_lease {
    char *bundle;
    struct digest manifest;
    struct digest *layers;
    size_t layer_count;
    struct text_list volumes;
};

/* Leases of bundles. Those of bundles that are gone are not among them. */
struct leases {
    struct arena arena;
    struct held_lease *items;
    size_t count, room;
};

/* A lease that can't be read is an error: nothing must be removed then. */
int leases_read(struct store *s, struct leases **ret, struct err *e);
void leases_freep(struct leases **l);

/* Remove the files of leases that hold no longer; returns how many there are. dry: only count. */
unsigned leases_sweep(struct store *s, bool dry);

/* When the oldest other lade that is running and writes to the store began, in ns since 1970;
 * INT64_MAX when there is none. */
int64_t leases_oldest_run(struct store *s);

/* Whether a run's lease of that name, or one that the name begins with up to the dot, is held. */
bool leases_run_is_alive(struct store *s, const char *name);
