// SPDX-License-Identifier: Apache-2.0
/*
 * route.h - which registries to ask for an image: mirrors and rewrites of registries.conf.
 *
 * Of containers-registries.conf(5), version 2: prefix (also *.example.com), location, insecure,
 * blocked, mirror-by-digest-only, and a mirror's location, insecure and pull-from-mirror. Short
 * names are not its business here: a name without a host is docker.io's.
 */
#pragma once

#include "lade/name/reference.h"

#include <stdbool.h>
#include <stddef.h>

struct routes;

/* path: NULL for the usual files: $CONTAINERS_REGISTRIES_CONF, else the user's, else the system's,
 * and the drop-ins beside them. What is not there is no error, except path. */
int routes_open(const char *path, struct routes **ret, struct err *e);
void routes_free(struct routes *r);

struct route {
    char host[REFERENCE_NAME_MAX + 1]; /* with the port */
    char repository[REFERENCE_NAME_MAX + 1];
    bool insecure, mirror;
};

enum { ROUTES_MAX = 16 };

/* Where to ask for the image, in order: mirrors (only for pulling), then the registry itself, which
 * is always the last. ERR_INVALID when the configuration blocks it. */
int routes_find(const struct routes *routes, const struct reference *r, bool pull,
                struct route ret[ROUTES_MAX], size_t *ret_count, struct err *e);
