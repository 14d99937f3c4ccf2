// SPDX-License-Identifier: Apache-2.0
/*
 * lease.h - what bundles use, so that gc and rmi leave it alone.
 *
 * A lease holds until it is removed or the bundle's directory is gone.
 */
#pragma once

#include "lade/store/store.h"

struct lease {
    const char *bundle; /* absolute path */
    struct digest manifest;
    const struct digest *layers; /* keys of unpacked layers (layer_dir.h) */
    size_t layer_count;
    const char *const *volumes; /* names, NULL-terminated; NULL: none */
};

/* Replaces an earlier lease of the same bundle. */
int lease_add(struct store *s, const struct lease *lease, struct err *e);
/* None is no error. */
int lease_remove(struct store *s, const char *bundle, struct err *e);
