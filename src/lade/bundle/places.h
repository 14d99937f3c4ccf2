// SPDX-License-Identifier: Apache-2.0
/* places.h - where on the host the volumes of a bundle lie. */
#pragma once

#include "lade/bundle/request.h"

struct places {
    struct store *store;
    const char *bundle; /* absolute path */
    int dir;            /* the same, open */
    int root;           /* the root filesystem, for what a new volume begins with; -EBADF: none */
    unsigned count;     /* of volumes that have no name */
    struct texts named; /* volumes of the store that are used */
};

/* Add a mount to the spec, making what it is mounted from. A new volume begins with what the image
 * has at its target. */
int places_mount(struct places *p, struct spec *s, const struct mount_request *m, struct err *e);
