// SPDX-License-Identifier: Apache-2.0
/*
 * cleanup.h - ownership by attribute: an owner names its cleanup where it is declared.
 *
 * Every cleanup accepts the empty value (-EBADF or any negative fd, NULL) and keeps errno.
 * Handing ownership on is spelled take_fd() or take_ptr().
 */
#pragma once

#include <errno.h>
#include <stdio.h>
#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#define cleanup(fn) __attribute__((__cleanup__(fn)))

static inline void cleanup_fd(int *fd)
{
    int saved = errno;

    if (*fd >= 0)
        close(*fd);
    *fd = -EBADF;
    errno = saved;
}

static inline void cleanup_free(void *pointer)
{
    void **p = pointer;

    free(*p);
    *p = NULL;
}

static inline void cleanup_file(FILE **f)
{
    if (*f)
        fclose(*f);
}

static inline void cleanup_dir(DIR **d)
{
    if (*d)
        closedir(*d);
}

#define auto_fd   cleanup(cleanup_fd) int
#define auto_free cleanup(cleanup_free)
#define auto_file cleanup(cleanup_file) FILE *
#define auto_dir  cleanup(cleanup_dir) DIR *

static inline int take_fd(int *fd)
{
    int taken = *fd;

    *fd = -EBADF;
    return taken;
}

#define take_ptr(p)                                                                                \
    ({                                                                                             \
        __typeof__(p) taken_ = (p);                                                                \
        (p) = NULL;                                                                                \
        taken_;                                                                                    \
    })

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
