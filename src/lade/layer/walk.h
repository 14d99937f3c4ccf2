// SPDX-License-Identifier: Apache-2.0
/*
 * walk.h - from a path in an archive to the directory that its last component is in.
 *
 * The directories of the last path stay open, as the next one mostly begins with the same. No path
 * is ever given to the kernel: one component at a time is opened in its directory, without
 * following links. A link is read and its target walked from there, and ".." goes back to the
 * directory we came from, at most to the root.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

enum { WALK_DEPTH_MAX = 255, WALK_LINKS_MAX = 40 };

struct walk_dir {
    int fd;
    ino_t ino;
    size_t path_len; /* of the walk's path up to and with this directory */
    bool opaque;     /* nothing of the layers below shows through */
    /* What it gets when it is left: its time, and the mode that would have kept us out, or -1. */
    struct timespec time;
    int mode;
};

struct walk {
    int root, lower;            /* lower: what absent directories are taken from, or -EBADF */
    const char *opaque_xattr;   /* overlayfs' mark; NULL: the layer is applied to what is there */
    struct timespec entry_time; /* of the entry that is walked to: of directories made on the way */
    struct walk_dir dirs[WALK_DEPTH_MAX + 1]; /* [0] is the root */
    size_t depth;                             /* of the current directory; 0: the root */
    char path[8192]; /* of the current directory inside the root, without a '/' at the ends */
};

int walk_init(struct walk *w, int root, int lower, const char *opaque_xattr, struct err *e);
/* Leave all directories, the root as well. */
int walk_finish(struct walk *w, struct err *e);
/* The same after a failure: times and modes stay as they are. */
void walk_done(struct walk *w);

static inline struct walk_dir *walk_current(struct walk *w)
{
    return &w->dirs[w->depth];
}

/* Go to the directory of path's last component, making those that are missing (layer.md leaves
 * their attributes open: 0755, root's), and replacing what is no directory. *ret_name: the last
 * component, at most 255 bytes, in a buffer of at least 256; "" when the path is the root. */
int walk_to(struct walk *w, const char *path, char ret_name[256], struct err *e);

/* Nothing of the layers below shows through the current directory any more, but for the root, which
 * overlayfs never takes for opaque. */
int walk_make_opaque(struct walk *w, struct err *e);

/* Open what the layers below have at a name of the current directory, O_PATH, without following
 * it. -ENOENT when there is nothing. */
int walk_open_lower(const struct walk *w, const char *name);
