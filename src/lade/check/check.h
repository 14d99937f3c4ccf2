// SPDX-License-Identifier: Apache-2.0
/*
 * check.h - whether content is what its names say: sizes, digests, diffIDs, all the way down.
 *
 * check_image() and check_store() go on after a finding and tell each one to the watcher; they
 * return how many there were, or a negative errno when they could not look.
 */
#pragma once

#include "lade/document/descriptor.h"
#include "lade/report/report.h"
#include "lade/store/digest_set.h"
#include "lade/store/store.h"
#include "lade/stream/stream.h"

struct finding {
    const char *digest; /* of the blob that is missing or wrong */
    const char *text;   /* one line */
};

struct check_watcher {
    void (*found)(void *user, const struct finding *f);
    void *user;
    struct report *report;      /* for progress; NULL: none */
    struct digest_set *checked; /* blobs that were looked at, and need not be again */
};

/* An uncompressed layer's digest. */
int check_diff_id(const struct byte_source *layer, const struct digest *want, struct err *e);

/* Everything that the entry leads to. Other platforms' images of an index that are not here at all
 * are no finding. */
int check_image(struct store *s, const struct descriptor *d, const struct check_watcher *watcher,
                struct err *e);

/* Every blob of the store itself that was not looked at yet, whoever needs it. */
int check_blobs(struct store *s, const struct check_watcher *watcher, struct err *e);
