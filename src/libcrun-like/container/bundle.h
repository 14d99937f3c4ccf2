// SPDX-License-Identifier: Apache-2.0
/* bundle.h - a bundle on disk: its configuration parsed, its paths made absolute. */
#pragma once

#include "base/err.h"
#include "config/spec.h"

struct bundle {
    char *path;         /* absolute */
    char *rootfs;       /* absolute */
    const char *config; /* the file's name, the caller's */
    char *text;         /* what is in it */
    size_t len;
    struct spec *spec;
};

/* Two steps, with the text known in between. dir NULL: the working directory; config NULL:
 * config.json. The rootfs must be a directory. */
int bundle_read(const char *dir, const char *config, struct bundle *ret, struct err *e);
int bundle_parse(struct bundle *b, struct err *e);
void bundle_done(struct bundle *b);

/* The copy that create left in the state directory: only text and spec are filled. */
int bundle_load_copy(int dirfd, struct bundle *ret, struct err *e);
