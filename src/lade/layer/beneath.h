// SPDX-License-Identifier: Apache-2.0
/* beneath.h - paths that were walked already and hold no links. */
#pragma once

#include <dirent.h>
#include <stdbool.h>

/* Open a relative path ("": the directory itself) below dir; a link anywhere in it is an error.
 * Close-on-exec is added to flags. Returns an fd or a negative errno. */
int beneath_open(int dir, const char *path, int flags);

/* The names in a directory that is open, whose own position does not move. NULL with errno. */
DIR *beneath_list(int dir);
/* False also when it can't be listed. */
bool beneath_is_empty(int dir);
