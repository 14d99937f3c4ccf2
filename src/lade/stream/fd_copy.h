// SPDX-License-Identifier: Apache-2.0
/* fd_copy.h - bytes from one file to the same place in another. */
#pragma once

#include <sys/types.h>

/* The bytes from at to end, by the kernel where it can (across filesystems it often can't).
 * Returns 0, or a negative errno; -EIO when the file is shorter than that. */
int fd_copy(int from, int to, off_t at, off_t end);
