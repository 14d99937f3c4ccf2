// SPDX-License-Identifier: Apache-2.0
/* push.h - an image from the store to a registry. */
#pragma once

#include "lade/registry/registry.h"
#include "lade/store/store.h"

struct push {
    struct store *store;
    struct registry *registry;
    struct report *report;
    atomic_bool *cancelled; /* see struct pull */
    const char *name;       /* of the image in the store */
    const struct reference *to;
    const struct platform *platform; /* NULL, or only the image for it of an index */
    unsigned jobs;
    uint64_t chunk; /* bytes for each request of an upload; 0: all in one */
};

/* *ret: what was pushed under the name. */
int push(const struct push *p, struct digest *ret, struct err *e);
