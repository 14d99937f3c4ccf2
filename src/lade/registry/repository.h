// SPDX-License-Identifier: Apache-2.0
/* repository.h - a repository and the remotes that have it; for this folder only. */
#pragma once

#include "lade/registry/registry.h"
#include "lade/registry/remote.h"
#include "lade/registry/route.h"

struct registry {
    struct registry_options options;
    struct endpoints *endpoints;
    struct routes *routes;
};

struct repository {
    struct registry *registry;
    struct remote *remotes[ROUTES_MAX]; /* mirrors first, the registry itself last */
    size_t remote_count;
};

/* The registry itself: what is not for mirrors goes there. */
struct remote *repository_own(struct repository *r);

/* Try one remote after the other until one does not fail. */
int repository_try(struct repository *r,
                   int (*attempt)(struct remote *remote, void *user, struct err *e), void *user,
                   struct err *e);

/* Add a referrer to the tag that stands in for the referrers API (referrers_tag.c). descriptor:
 * JSON of it. */
int referrers_tag_add(struct repository *r, const struct digest *subject,
                      const struct digest *referrer, const char *descriptor, struct err *e);

/* "sha256-<hex>": the name of that tag. */
void referrers_tag_name(const struct digest *subject, char ret[TAG_MAX + 1]);
