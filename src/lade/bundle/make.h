// SPDX-License-Identifier: Apache-2.0
/* make.h - bundles: an image's root filesystem and config.json in a directory that a runtime runs
 * (runtime-spec bundle.md). */
#pragma once

#include "lade/bundle/request.h"

struct bundle_job {
    struct store *store;
    const char *image;           /* as store_find() */
    const struct digest *digest; /* NULL, or what the image must be: it was checked before */
    const char *dir;             /* made; when it is there, it must be empty */
    const struct bundle_request *request;
    char **args; /* instead of the image's command */
    int n_args;
    bool host_network; /* no namespace of its own */
    bool network;      /* joins the namespace that is pinned to "netns" in the bundle */
    /* NULL, or the bundle is for a runtime that is called by a plain user, with these ids. */
    const struct own_ids *own_ids;
    struct report *report;
};

struct bundle {
    char *path; /* absolute */
    int dir;
    enum rootfs_mode mode;
};

/* A failure leaves nothing behind. */
int bundle_make(const struct bundle_job *job, struct bundle *ret, struct err *e);
void bundle_done(struct bundle *b);

/* Only config.json, as it would be, appended to b. The image is unpacked when a user's name has to
 * be looked up in it. */
int bundle_config(const struct bundle_job *job, struct buf *b, struct err *e);

/* Take down and remove a bundle that bundle_make() has made. ERR_INVALID for any other directory.
 */
int bundle_remove(struct store *s, const char *dir, struct err *e);

/* An image's files at a directory, to be read; what the store has for it is in use until
 * bundle_umount_image(). platform: NULL: this machine's. */
int bundle_mount_image(struct store *s, const char *image, const char *platform, const char *dir,
                       struct report *report, struct err *e);
int bundle_umount_image(struct store *s, const char *dir, struct err *e);
