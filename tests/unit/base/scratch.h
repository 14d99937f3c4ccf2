// SPDX-License-Identifier: Apache-2.0
/* scratch.h - a temporary directory for one test, gone with all in it at the end of the block. */
#pragma once

#include "base/cleanup.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct scratch {
    char path[128];
    int fd;
};

static inline int scratch_remove_one(const char *path, const struct stat *st, int type,
                                     struct FTW *ftw)
{
    return remove(path);
}

static inline void scratch_done(struct scratch *s)
{
    if (s->fd < 0)
        return;
    close(s->fd);
    nftw(s->path, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static inline struct scratch scratch_make(void)
{
    const char *tmp = getenv("TMPDIR");
    struct scratch s = { .fd = -1 };

    snprintf(s.path, sizeof s.path, "%s/davit-test-XXXXXX", tmp ? tmp : "/tmp");
    if (mkdtemp(s.path))
        s.fd = open(s.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (s.fd < 0) {
        perror(s.path);
        exit(1);
    }
    return s;
}

#define auto_scratch cleanup(scratch_done) struct scratch
