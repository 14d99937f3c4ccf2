// SPDX-License-Identifier: Apache-2.0
/* layers.h - an image's layers, unpacked in the store for overlayfs. */
#pragma once

#include "lade/store/image.h"
#include "lade/report/report.h"

struct layers {
    size_t count;
    int *dirs;           /* the base first */
    struct digest *keys; /* by which the store knows them: chain ids */
};

/* Unpack those that are missing, and open all. scratch: see overlay_view(). */
int layers_open(struct store *s, const struct image *image, const char *scratch,
                struct report *report, struct layers **ret, struct err *e);
void layers_freep(struct layers **l);
#define auto_layers __attribute__((__cleanup__(layers_freep))) struct layers

/* Apply all layers to an empty directory, without keeping them unpacked. */
int layers_apply(struct store *s, const struct image *image, int root, struct report *report,
                 struct err *e);
