// SPDX-License-Identifier: Apache-2.0
/* copy.h - an image from one registry to another, without a store in between. */
#pragma once

#include "lade/registry/registry.h"

struct copy {
    struct registry *registry;
    struct report *report;
    atomic_bool *cancelled; /* see struct pull */
    const struct reference *from, *to;
    /* NULL: all of an index, unchanged. One: its image, by itself. Several: an index of these. */
    const struct platform *platforms;
    size_t platform_count;
    bool referrers; /* signatures and whatever else refers to it, too */
    unsigned jobs;
    uint64_t chunk;
};

/* *ret: what the new name means. */
int copy(const struct copy *c, struct digest *ret, struct err *e);
