// SPDX-License-Identifier: Apache-2.0
/*
 * tree_copy.h - a directory's content, with everything that belongs to it, put into another.
 *
 * Owners, modes, times, extended attributes, hard links, devices and holes are kept. Content is
 * shared with the original where the filesystem can (FICLONE). No symlink is followed.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>

struct tree_copy {
    int from, to; /* directories */
    /* from is a layer as overlayfs wants it: a whiteout removes what is at its name, an opaque
     * directory what is in it, and a directory is merged with the one that is there. Otherwise
     * what is there already is an error. */
    bool layer;
};

int tree_copy(struct tree_copy *c, struct err *e);
