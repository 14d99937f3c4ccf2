// SPDX-License-Identifier: Apache-2.0
/* rootfs.h - a container's root directory, made of an image's layers. */
#pragma once

#include "lade/store/image.h"
#include "lade/bundle/layers.h"

enum rootfs_mode {
    ROOTFS_AUTO,    /* the first of the others that this host can do */
    ROOTFS_OVERLAY, /* shared layers below a directory of changes: nothing is copied */
    ROOTFS_REFLINK, /* files that share their content with the layers' */
    ROOTFS_COPY,    /* files of its own */
};

const char *rootfs_mode_name(enum rootfs_mode mode);

struct rootfs_request {
    struct store *store;
    const struct image *image;
    const char *bundle; /* absolute path of its directory, which holds an empty "rootfs" */
    int dir;            /* the same, open */
    enum rootfs_mode mode;
    struct report *report;
    bool no_mounts; /* they would end with this process */
};

struct rootfs {
    enum rootfs_mode mode; /* that was taken */
    struct layers *layers; /* in use; NULL: none */
};

/* ERR_UNSUPPORTED when the mode that was asked for can't be had here. */
int rootfs_make(const struct rootfs_request *r, struct rootfs *ret, struct err *e);
void rootfs_done(struct rootfs *r);

/* Take it down, with what was made for it; what is not there is no error. */
int rootfs_remove(const char *bundle, int dir, struct err *e);
