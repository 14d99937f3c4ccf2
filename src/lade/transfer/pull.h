// SPDX-License-Identifier: Apache-2.0
/* pull.h - an image from a registry into the store. */
#pragma once

#include "lade/document/manifest.h"
#include "lade/name/platform.h"
#include "lade/registry/registry.h"
#include "lade/store/arrivals.h"
#include "lade/store/store.h"
#include "lade/trust/trust.h"

enum pull_policy {
    PULL_ALWAYS,  /* ask the registry what the name means now; what is here does not come again */
    PULL_MISSING, /* only when the store does not have the name */
    PULL_NEVER,
};

/* Somebody who works with an image's layers while they come. */
struct pull_follower {
    /* Nothing has come yet; the manifest is what was asked for, and admitted. */
    void (*begin)(void *user, const struct manifest *manifest, struct arrivals *arrivals);
    /* All has come, or, the arrivals being cancelled, no more does. What was given at the beginning
     * goes when this returns. */
    void (*end)(void *user);
    void *user;
};

struct pull {
    struct store *store;
    struct registry *registry; /* may be NULL with PULL_NEVER */
    struct report *report;
    atomic_bool *cancelled; /* the one of the registry's options; set when a transfer fails */
    const struct reference *reference;
    enum pull_policy policy;
    const struct platform *platforms; /* which images of an index; NULL: this machine's */
    size_t platform_count;
    bool all_platforms;
    unsigned jobs; /* blobs at the same time; 0: as the machine allows */
    /* NULL, or what the image must be signed by: its signatures come first, and without a good one
     * nothing else does. */
    const struct trust *trust;
    bool strict_platform; /* fail, instead of a warning, when an image says it is for another one */
    bool referrers;       /* signatures and whatever else refers to it, too */
    bool unnamed;         /* it is kept without a name */
    /* NULL, or follows if there is one image only. */
    const struct pull_follower *follower;
    uint64_t blob_max; /* the largest blob that is taken, in bytes; 0: any */
};

struct pulled {
    struct digest digest; /* of what the name means: a manifest or an index */
    bool changed;         /* false: all of it was here under this name already */
};

int pull(const struct pull *p, struct pulled *ret, struct err *e);
