// SPDX-License-Identifier: Apache-2.0
/* beneath.c - paths that were walked already and hold no links. */
#include "lade/layer/beneath.h"

#include "base/cleanup.h"
#include "base/sys.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

static int open_at_once(int dir, const char *path, int flags)
{
    struct open_how how = {
        .flags = (unsigned)(flags | O_NOFOLLOW | O_CLOEXEC),
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
    };
    long fd;

    do {
        fd = sys_openat2(dir, path, &how);
    } while (fd == -EAGAIN); /* something was renamed meanwhile */
    return (int)fd;
}

/* Where a filter forbids openat2: one component after the other. */
static int open_step_by_step(int dir, const char *path, int flags)
{
    auto_fd at = fcntl(dir, F_DUPFD_CLOEXEC, 0);
    char name[256];

    while (at >= 0) {
        size_t n = strcspn(path, "/");
        bool last = !path[n];
        int how = last ? flags : O_PATH | O_DIRECTORY, next;

        if (n >= sizeof name)
            return -ENAMETOOLONG;
        memcpy(name, path, n);
        name[n] = '\0';
        if (strcmp(name, "..") == 0)
            return -EXDEV;
        next = openat(at, name, how | O_NOFOLLOW | O_CLOEXEC);
        if (next < 0 || last)
            return next < 0 ? -errno : next;
        close(at);
        at = next;
        path += n + 1;
    }
    return -errno;
}

int beneath_open(int dir, const char *path, int flags)
{
    int fd;

    if (!*path)
        path = ".";
    fd = open_at_once(dir, path, flags);
    return fd == -ENOSYS || fd == -EPERM ? open_step_by_step(dir, path, flags) : fd;
}

DIR *beneath_list(int dir)
{
    auto_fd listed = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = listed < 0 ? NULL : fdopendir(listed);

    if (d)
        take_fd(&listed);
    return d;
}

bool beneath_is_empty(int dir)
{
    auto_dir d = beneath_list(dir);
    int n = 0;

    while (d && readdir(d))
        n++;
    return n == 2; /* "." and ".." */
}
