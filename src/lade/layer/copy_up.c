// SPDX-License-Identifier: Apache-2.0
/* copy_up.c - what a layer takes over from those below it. */
#include "lade/layer/copy_up.h"

#include "base/cleanup.h"
#include "lade/layer/xattr.h"
#include "lade/stream/fd_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

enum { NAMES_MAX = 64 << 10 };

/* An O_PATH fd can't be asked itself. */
static void proc_path(int fd, char ret[40])
{
    snprintf(ret, 40, "/proc/self/fd/%d", fd);
}

static int copy_xattrs(const char *from, int to, struct err *e)
{
    auto_free char *names = malloc(NAMES_MAX), *value = malloc(TAR_XATTR_MAX);
    ssize_t n = names && value ? listxattr(from, names, NAMES_MAX) : -1;

    if (!names || !value)
        return err_os(e, ENOMEM, "copy attributes");
    if (n < 0)
        return errno == ENOTSUP ? 0 : err_os(e, errno, "list attributes");
    for (char *name = names; name < names + n; name += strlen(name) + 1) {
        ssize_t len;

        if (xattr_is_host_bound(name))
            continue;
        len = getxattr(from, name, value, TAR_XATTR_MAX);
        if (len < 0 || fsetxattr(to, name, value, (size_t)len, 0) < 0)
            return err_os(e, errno, "copy attribute '%.*s'", 80, name);
    }
    return 0;
}

int copy_up_attributes(int from, int to, struct err *e)
{
    struct timespec times[2];
    char path[40];
    struct stat st;

    if (fstat(from, &st) < 0)
        return err_os(e, errno, "look at the layers below");
    if (fchown(to, st.st_uid, st.st_gid) < 0 || fchmod(to, st.st_mode & 07777) < 0)
        return err_os(e, errno, "take over owner and mode from the layers below");
    proc_path(from, path);
    TRY(copy_xattrs(path, to, e));
    times[0] = times[1] = st.st_mtim;
    return futimens(to, times) < 0 ? err_os(e, errno, "take over times from the layers below") : 0;
}

int copy_up_file(int from, int dir, const char *name, struct err *e)
{
    auto_fd in = -EBADF, out = -EBADF;
    char path[40];
    struct stat st;
    int rc;

    proc_path(from, path);
    in = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (in < 0)
        return err_os(e, errno, "open '%s' in the layers below", name);
    out = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (out < 0)
        return err_os(e, errno, "create '%s'", name);
    rc = fstat(in, &st) < 0 ? -errno : fd_copy(in, out, 0, st.st_size);
    if (rc < 0)
        return err_os(e, rc, "copy '%s' from the layers below", name);
    return copy_up_attributes(from, out, e);
}
