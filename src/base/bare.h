// SPDX-License-Identifier: Apache-2.0
/*
 * bare.h - the few C library jobs that code after clone() needs, on raw system calls.
 *
 * All return 0 or a result, or a negative errno. Never touches errno, never allocates.
 */
#pragma once

#include "base/sys.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bare_stat {
    uint64_t dev, ino;
    uint32_t mode, uid, gid;
    uint32_t rdev_major, rdev_minor;
};

unsigned bare_strlen(const char *s);
int bare_strcmp(const char *a, const char *b);
bool bare_starts_with(const char *s, const char *prefix);
void bare_copy(void *to, const void *from, size_t n); /* memcpy */
void bare_zero(void *p, size_t n);                    /* memset(p, 0, n) */

int bare_close(int fd); /* a negative fd is fine */
int bare_openat(int dirfd, const char *path, int flags, unsigned mode);
int bare_dup_cloexec(int fd);
int bare_fstat(int fd, struct bare_stat *ret);
long bare_fs_magic(int fd);                                                /* f_type of fstatfs */
long bare_readlinkat(int dirfd, const char *path, char *buf, size_t size); /* no NUL added */
int bare_mkdirat(int dirfd, const char *path, unsigned mode);
int bare_mknodat(int dirfd, const char *path, unsigned mode, unsigned dev);
long bare_read(int fd, void *buf, size_t n);
long bare_write(int fd, const void *buf, size_t n);
uint64_t bare_now_ns(void); /* CLOCK_MONOTONIC */

/* A device number as mknod wants it. */
unsigned bare_makedev(unsigned major, unsigned minor);
