// SPDX-License-Identifier: Apache-2.0
/*
 * dir.h - the only ways in which this folder touches cgroupfs (P13).
 *
 * Directories are O_PATH fds. Names are looked up with openat2(BENEATH|NO_SYMLINKS|NO_XDEV), and
 * component by component with O_NOFOLLOW where openat2 is missing or forbidden. Functions without a
 * struct err return a negative errno: their callers know what the file means.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* Open an absolute path that must lie in a cgroup file system: an O_PATH fd or -errno; -ENOENT when
 * it is not there. */
int cgroup_dir_open(const char *path);

/* Open a name (or a relative path) below dirfd without leaving its file system. */
int cgroup_dir_openat(int dirfd, const char *path, int flags);

/* Read a short file, at most size - 1 bytes, without the last newline. Returns the length. */
int cgroup_file_read(int dirfd, const char *name, char *buf, size_t size);
int cgroup_file_write(int dirfd, const char *name, const char *text);

/* Visit dirfd and every cgroup below it. enter() sees a directory before its children, leave() sees
 * a child's name in its parent after the child's children; either may be NULL. The first negative
 * answer ends the walk and is returned. Directories that vanish meanwhile are no error, but -ESTALE
 * says that the way back was lost with one. Holds few fds however deep the tree is, because the
 * tree may be the container's own work. */
struct cgroup_walk {
    int (*enter)(int dirfd, void *data);
    int (*leave)(int parentfd, const char *name, void *data);
    void *data;
};

int cgroup_walk(int dirfd, const struct cgroup_walk *walk);
