// SPDX-License-Identifier: Apache-2.0
/* copy_up.h - what a layer takes over from those below it, as overlayfs does when it is changed. */
#pragma once

#include "base/err.h"

/* Owner, mode, times and attributes of what is open at from (O_PATH will do) for to (not
 * O_PATH). */
int copy_up_attributes(int from, int to, struct err *e);

/* A copy of the regular file at from (O_PATH) as a new name in the directory. */
int copy_up_file(int from, int dir, const char *name, struct err *e);
