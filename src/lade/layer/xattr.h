// SPDX-License-Identifier: Apache-2.0
/* xattr.h - extended attributes that come with files. */
#pragma once

#include "base/arena.h"
#include "lade/layer/ids.h"
#include "lade/layer/tar.h"

/* Would mean something to the host or to overlayfs rather than to the container: labels and
 * measurements of the host's security modules, ACLs of other filesystems, overlayfs' own marks. */
bool xattr_is_host_bound(const char *name);

/* A file by its descriptor or, fd -EBADF, by a path whose last component is not followed. */
struct xattr_file {
    int fd;
    const char *path;
};

/* Set one that is the container's, with ids in it mapped; *left_out counts the others, and those
 * that the filesystem or this process' rights do not take. */
int xattr_set(const struct xattr_file *f, const struct tar_xattr *xattr, const struct id_maps *maps,
              uint64_t *left_out, struct err *e);

/* Remove all that xattr_set() could have set. */
int xattr_clear(int fd, struct err *e);

/* Those of a file that are a container's, sorted by name. */
struct xattrs {
    struct arena arena;
    struct tar_xattr *items;
    size_t count;
};

/* The name itself in the directory, not what it leads to. What is gone meanwhile has none. */
int xattrs_read(int dir, const char *name, struct xattrs *ret, struct err *e);
/* Map the ids in them; those that can't be are left out. */
int xattrs_map(struct xattrs *x, const struct id_maps *maps, struct err *e);
bool xattrs_equal(const struct xattrs *a, const struct xattrs *b);
void xattrs_done(struct xattrs *x);
