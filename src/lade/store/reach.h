// SPDX-License-Identifier: Apache-2.0
/*
 * reach.h - what is needed: all that can be reached from the names and from the leases.
 *
 * Documents are walked without knowing their kind: whatever looks like a descriptor is one, so that
 * content of tomorrow's media types is kept, too. A document that can't be read is kept itself and
 * leads nowhere.
 */
#pragma once

#include "lade/store/digest_set.h"
#include "lade/store/inside.h"

struct reach {
    struct store *store;
    struct digest_set blobs;
    struct digest_set layers; /* keys of unpacked layers: diffIDs and chain ids */
    /* What is still to be read. */
    struct reach_item *todo;
    size_t todo_count, todo_room;
};

/* Add a blob and all that it leads to. */
int reach_from(struct reach *r, const char *digest, const char *media_type, struct err *e);

/* Add what the entries of an index.json need. What is attached to an image (attached.h) counts only
 * when the image does. */
int reach_from_index(struct reach *r, const char *text, size_t len, struct err *e);

/* Add what bundles need. */
int reach_from_leases(struct reach *r, struct err *e);

/* Whether an entry is a referrer; *ret is its subject. */
bool reach_subject(struct reach *r, const struct digest *digest, struct digest *ret);

void reach_done(struct reach *r);
#define auto_reach __attribute__((__cleanup__(reach_done))) struct reach
