// SPDX-License-Identifier: Apache-2.0
/* file.h - reading with a limit, writing without halves. Paths are relative to a directory fd. */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Read a regular file of at most limit bytes; *ret gets malloc'd, NUL-terminated text. A FIFO,
 * device or directory is refused without blocking. */
int file_read(int dirfd, const char *path, size_t limit, char **ret, size_t *ret_len,
              struct err *e);

/* Read what an open fd holds (procfs, cgroupfs: size unknown), at most limit bytes. */
int file_read_fd(int fd, size_t limit, char **ret, size_t *ret_len, struct err *e);

/* Write all of it to an existing file in one write(2), as procfs and cgroupfs want it. */
int file_write_existing(int dirfd, const char *path, const char *text, struct err *e);

/* Replace or make a file so that a reader sees the old or the new text, never half of one. The
 * temporary name stands beside it; a symlink at path is replaced, not followed. */
int file_replace(int dirfd, const char *path, mode_t mode, const char *text, size_t len,
                 struct err *e);

/* Make a file that nobody reads yet; one that is there (left by a killed process) is replaced. */
int file_make(int dirfd, const char *path, mode_t mode, const char *text, size_t len,
              struct err *e);

/* write(2) until done. */
int write_all(int fd, const void *data, size_t len);
