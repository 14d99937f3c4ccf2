// SPDX-License-Identifier: Apache-2.0
/*
 * path.h - looking up and creating names inside a root that may be hostile and changing (P2, P3).
 *
 * No function here takes a root as a string. Absolute paths and symlinks are resolved inside the
 * root fd; ".." stops at it. Usable after clone(): no allocation, no C library.
 */
#pragma once

#include "base/err.h"

#include <stdint.h>

enum { PATH_LENGTH_MAX = 4096 };

/* Open path inside rootfd with O_PATH|O_CLOEXEC and the given extra open flags (O_NOFOLLOW,
 * O_DIRECTORY). Returns an fd or a negative errno; no error text, the caller knows the object. */
int path_open(int rootfd, const char *path, int flags);
int path_open_walker(int rootfd, const char *path, int flags);

/* What an absent last component is made as. */
enum path_make { PATH_MAKE_DIR, PATH_MAKE_FILE };

/* Open path inside rootfd, creating missing directories (0755) on the way and the last component as
 * asked. Existing things are left as they are, whatever their type; behind a dangling symlink its
 * target is made (inside the root). Returns an O_PATH fd or -errno. */
int path_make(int rootfd, const char *path, enum path_make what);

/* Open the directory that holds path's last component, creating missing ones; *ret_name points at
 * the last component inside path. Returns an O_PATH fd or -errno. */
int path_make_parent(int rootfd, const char *path, const char **ret_name);
