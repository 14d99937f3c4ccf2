// SPDX-License-Identifier: Apache-2.0
/* bundle.h - a bundle on disk: its configuration parsed, its paths made absolute. */
#pragma once

#include "base/err.h"
#include "config/spec.h"

struct bundle {
    char *path;   /* absolute */
    char *rootfs; /* absolute */
    char *text;   /* config.json as read */
    size_t len;
    struct spec *spec;
};

/* dir NULL: the working directory; config NULL: config.json. The rootfs must be a directory. */
int bundle_load(const char *dir, const char *config, struct bundle *ret, struct err *e);
void bundle_done(struct bundle *b);

/* The copy that create left in the state directory: only text and spec are filled. */
int bundle_load_copy(int dirfd, struct bundle *ret, struct err *e);
