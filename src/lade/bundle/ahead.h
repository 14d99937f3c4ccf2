// SPDX-License-Identifier: Apache-2.0
/*
 * ahead.h - layers unpacked while they come from a registry.
 *
 * A thread unpacks them one after the other, as each one needs those below, into the places where
 * layers_open() looks first. It is an advance and nothing more: where it fails it leaves nothing,
 * and who needs the layers later does it again and tells why not.
 */
#pragma once

#include "lade/transfer/pull.h"

#include <pthread.h>

struct ahead {
    struct store *store;
    struct report *report;
    /* Of the thread, while it runs: */
    const struct manifest *manifest;
    struct arrivals *arrivals;
    pthread_t thread;
    bool started;
};

/* store and report are filled in; the ahead outlives the pull. */
struct pull_follower ahead_follower(struct ahead *a);
