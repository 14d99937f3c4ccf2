// SPDX-License-Identifier: Apache-2.0
/* remove.c - what a whiteout hides, or what is in an entry's way, goes. */
#include "lade/layer/remove.h"

#include "base/cleanup.h"
#include "lade/layer/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

enum { DEPTH_MAX = 1024 };

static int remove_at(int dir, ino_t ino, const char *name, const struct made *keep, int depth,
                     struct err *e);

static int remove_all(int dir, const struct made *keep, int depth, struct err *e)
{
    auto_dir d = beneath_list(dir);
    struct timespec times[2];
    struct dirent *entry;
    struct stat st;
    int kept = 0;

    if (!d)
        return err_os(e, errno, "list a directory");
    if (depth > DEPTH_MAX)
        return err_set(e, ERR_UNSUPPORTED, "remove a directory: nested too deeply");
    if (fstat(dir, &st) < 0)
        return err_os(e, errno, "look at a directory");
    times[0] = times[1] = st.st_mtim;
    while ((entry = readdir(d))) {
        int rc;

        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        rc = remove_at(dir, st.st_ino, entry->d_name, keep, depth, e);
        if (rc < 0)
            return rc;
        kept |= rc;
    }
    if (keep && futimens(dir, times) < 0) /* it may be one that stays */
        return err_os(e, errno, "set the times of a directory");
    return kept;
}

/* A directory that is to be kept loses what is not. */
static int remove_at(int dir, ino_t ino, const char *name, const struct made *keep, int depth,
                     struct err *e)
{
    int kept = keep && made_has(keep, ino, name), rc;
    auto_fd child = -EBADF;
    bool is_dir = false;

    if (!kept) {
        if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
            return 0;
        is_dir = errno == EISDIR || errno == EPERM;
        if (!is_dir)
            return err_os(e, errno, "remove '%s'", name);
    }
    child = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (child < 0 && kept && (errno == ENOTDIR || errno == ELOOP))
        return 1;
    if (child < 0)
        return err_os(e, errno, "remove '%s'", name);
    rc = remove_all(child, keep, depth + 1, e);
    if (rc != 0 || kept)
        return rc < 0 ? rc : 1;
    return unlinkat(dir, name, AT_REMOVEDIR) < 0 ? err_os(e, errno, "remove '%s'", name) : 0;
}

int remove_name(int dir, const char *name, const struct made *keep, struct err *e)
{
    struct stat st;

    if (fstat(dir, &st) < 0)
        return err_os(e, errno, "look at a directory");
    return remove_at(dir, st.st_ino, name, keep, 0, e);
}

int remove_children(int dir, const struct made *keep, struct err *e)
{
    return remove_all(dir, keep, 0, e);
}
