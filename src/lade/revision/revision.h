// SPDX-License-Identifier: Apache-2.0
/*
 * revision.h - a new image out of an old one, or out of nothing.
 *
 *     TRY(revision_begin(&r, base, NULL, NULL, e));
 *     ... edit.h on r.document, r.config, r.manifest; revision_add_layer() ...
 *     TRY(revision_add_history(&r, "lade commit", NULL, false, e));
 *     TRY(revision_write(&r, store, name, mode, &result, e));
 *
 * What we do not know stays as it is. The same changes at the same time are the same bytes.
 */
#pragma once

#include "lade/layer/inflate.h"
#include "lade/report/quantity.h"
#include "lade/store/image.h"

struct json_object;

struct revision {
    struct json_object *document, *manifest; /* the image config and the manifest */
    struct json_object *config;              /* "config" in the document */
    bool docker;                             /* media types are Docker's */
    char time[QUANTITY_TEXT_SIZE];           /* of creation */
    /* That time was given by SOURCE_DATE_EPOCH: nothing in new layers is to be later. */
    bool clamp;
    int64_t clamp_to;
};

/* base: NULL, then for that platform. created: RFC 3339; NULL: $SOURCE_DATE_EPOCH, or now. */
int revision_begin(struct revision *r, const struct image *base, const struct platform *platform,
                   const char *created, struct err *e);
void revision_done(struct revision *r);
#define auto_revision __attribute__((__cleanup__(revision_done))) struct revision

/* empty: no layer belongs to it; the others must be as many as there are layers. */
int revision_add_history(struct revision *r, const char *created_by, const char *comment,
                         bool empty, struct err *e);

struct revision_layer {
    struct digest digest, diff_id;
    uint64_t size; /* bytes of the blob */
    enum compression compression;
};
int revision_add_layer(struct revision *r, const struct revision_layer *layer, struct err *e);

/* Put both documents into the store and name the image; name may be NULL. *ret points to nothing
 * that has to be freed. */
int revision_write(struct revision *r, struct store *s, const char *name, enum store_name_mode mode,
                   struct descriptor *ret, struct err *e);
