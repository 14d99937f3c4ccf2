// SPDX-License-Identifier: Apache-2.0
/* usage.h - what takes how much room in a store. */
#pragma once

#include "lade/store/store.h"

struct usage_part {
    uint64_t count, bytes;
    uint64_t unneeded; /* bytes of it that gc could remove, now or once their grace is over */
};

struct usage {
    struct usage_part blobs, layers, partial, volumes;
    size_t images; /* entries */
};

int store_usage(struct store *s, struct usage *ret, struct err *e);
