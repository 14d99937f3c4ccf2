// SPDX-License-Identifier: Apache-2.0
/*
 * changed.h - a bundle that was made of an image, and what was changed in it since.
 */
#pragma once

#include "lade/bundle/rootfs.h"
#include "lade/layer/changes.h"

struct changed {
    struct arena arena;
    char *image_name; /* as it was given when the bundle was made */
    struct digest manifest;
    int64_t mode; /* enum rootfs_mode */
    int dir;      /* the bundle */
    struct image *image;
    struct descriptor descriptor; /* of the image's manifest */
    int lower;                    /* the image's files */
    struct changes_source source; /* for changes_walk() and pack_layer(); root is ours to close */
};

/* Whether a directory is a bundle that lade has made. */
bool changed_is_bundle(const char *path);

/* Zeroed before with -EBADF descriptors (CHANGED_NONE), done after in any case. The image's layers
 * are unpacked when the store has not got them any more. */
int changed_open(struct store *s, const char *path, struct report *report, struct changed *ret,
                 struct err *e);
#define CHANGED_NONE                                                                               \
    {                                                                                              \
        .dir = -EBADF, .lower = -EBADF, .source = {.root = -EBADF }                                \
    }

/* After ERR_UNSUPPORTED from changes_walk(): look at all of the root filesystem instead of what
 * overlayfs has put aside. An error when that was it already. */
int changed_look_at_all(struct changed *c, struct err *e);

/* The root filesystem as a container sees it: an fd, or a negative errno. */
int changed_root(const struct changed *c, struct err *e);

void changed_done(struct changed *c);
#define auto_changed __attribute__((__cleanup__(changed_done))) struct changed
