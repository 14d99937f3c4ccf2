// SPDX-License-Identifier: Apache-2.0
/* view.h - an image's files as one tree that can only be read. */
#pragma once

#include "lade/bundle/layers.h"

/* Mount at a directory, which must exist. */
int view_mount(const struct layers *layers, const char *target, struct err *e);

/* The tree without a place: an O_PATH descriptor. Unpacks what is missing. */
int view_open(struct store *s, const struct image *image, struct report *report, struct err *e);
