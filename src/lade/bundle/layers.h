// SPDX-License-Identifier: Apache-2.0
/* layers.h - an image's layers, unpacked in the store for overlayfs. */
#pragma once

#include "lade/report/report.h"
#include "lade/store/arrivals.h"
#include "lade/store/image.h"

struct layers {
    size_t count;
    int *dirs;           /* the base first */
    struct digest *keys; /* by which the store knows them: chain ids */
};

struct layers_source {
    struct store *store;
    const struct image *image;
    const char *scratch; /* see overlay_view(); NULL: one in /tmp, for moments */
    struct report *report;
    struct arrivals *arrivals; /* NULL, or the layers are on their way into the store */
};

/* Unpack those that are missing, and open all. */
int layers_open(const struct layers_source *from, struct layers **ret, struct err *e);
void layers_freep(struct layers **l);
#define auto_layers __attribute__((__cleanup__(layers_freep))) struct layers

/* Apply all layers to an empty directory, without keeping them unpacked. */
int layers_apply(struct store *s, const struct image *image, int root, struct report *report,
                 struct err *e);
