// SPDX-License-Identifier: Apache-2.0
/* whiteout.c - names that say what of the layers below is gone. */
#include "lade/layer/whiteout.h"

#include "base/cleanup.h"
#include "lade/layer/beneath.h"
#include "lade/layer/remove.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#define PREFIX ".wh."
enum { PREFIX_LEN = sizeof PREFIX - 1, OPEN_DIR = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

bool whiteout_is(const struct stat *st)
{
    return S_ISCHR(st->st_mode) && st->st_rdev == makedev(0, 0);
}

static int drop_whiteouts(int dir, struct err *e);

static int drop_at(int dir, const char *name, struct err *e)
{
    auto_fd child = -EBADF;
    struct stat st;

    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return err_os(e, errno, "look at '%s'", name);
    if (whiteout_is(&st))
        return unlinkat(dir, name, 0) < 0 ? err_os(e, errno, "remove '%s'", name) : 0;
    if (!S_ISDIR(st.st_mode))
        return 0;
    child = openat(dir, name, OPEN_DIR);
    return child < 0 ? err_os(e, errno, "open '%s'", name) : drop_whiteouts(child, e);
}

/* In and below an opaque directory there is nothing to hide, and overlayfs would list the
 * whiteouts. No deeper than the walk has gone. */
static int drop_whiteouts(int dir, struct err *e)
{
    auto_dir d = beneath_list(dir);
    struct timespec times[2];
    struct dirent *entry;
    struct stat st;

    if (!d || fstat(dir, &st) < 0)
        return err_os(e, errno, "list a directory");
    times[0] = times[1] = st.st_mtim;
    while ((entry = readdir(d)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            TRY(drop_at(dir, entry->d_name, e));
    return futimens(dir, times) < 0 ? err_os(e, errno, "set the times of a directory") : 0;
}

/* A directory that the layer has put down itself hides the one below. */
static int hide_below(struct extract *x, int dir, const char *name, struct err *e)
{
    auto_fd fd = openat(dir, name, OPEN_DIR);

    if (fd < 0)
        return errno == ENOTDIR || errno == ELOOP ? 0 : err_os(e, errno, "open '%s'", name);
    if (fsetxattr(fd, x->walk.opaque_xattr, "y", 1, 0) < 0)
        return err_os(e, errno, "make '%s' opaque", name);
    return drop_whiteouts(fd, e);
}

static int mark_gone(struct extract *x, int dir, const char *name, struct err *e)
{
    struct timespec times[2] = { x->walk.entry_time, x->walk.entry_time };

    if (mknodat(dir, name, S_IFCHR, makedev(0, 0)) == 0)
        return utimensat(dir, name, times, AT_SYMLINK_NOFOLLOW) < 0
                   ? err_os(e, errno, "set the times of '%s'", name)
                   : 0;
    return errno == EEXIST ? hide_below(x, dir, name, e) : err_os(e, errno, "hide '%s'", name);
}

/* Only what is there needs to be hidden: overlayfs lists a whiteout in a directory that only one
 * layer has. */
static bool is_below(struct walk *w, const char *name)
{
    auto_fd lower = -EBADF;

    if (walk_current(w)->opaque)
        return false;
    if (w->lower < 0)
        return true;
    lower = walk_open_lower(w, name);
    return lower >= 0;
}

static int hide_name(struct extract *x, const char *name, struct err *e)
{
    int dir = walk_current(&x->walk)->fd, rc;

    if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return err_set(e, ERR_INVALID, "an archive has a whiteout of nothing: '" PREFIX "%s'",
                       name);
    if (x->options->overlay)
        return is_below(&x->walk, name) ? mark_gone(x, dir, name, e) : 0;
    rc = remove_name(dir, name, &x->made, e);
    return rc < 0 ? rc : 0;
}

static int hide_all(struct extract *x, struct err *e)
{
    int rc;

    if (x->options->overlay) {
        TRY(walk_make_opaque(&x->walk, e));
        return drop_whiteouts(walk_current(&x->walk)->fd, e);
    }
    rc = remove_children(walk_current(&x->walk)->fd, &x->made, e);
    return rc < 0 ? rc : 0;
}

int whiteout_apply(struct extract *x, const char *name, struct err *e)
{
    if (strncmp(name, PREFIX, PREFIX_LEN) != 0)
        return 0;
    if (strcmp(name, PREFIX PREFIX ".opq") == 0)
        TRY(hide_all(x, e));
    else if (strncmp(name + PREFIX_LEN, PREFIX, PREFIX_LEN) != 0) /* others are left from aufs */
        TRY(hide_name(x, name + PREFIX_LEN, e));
    return 1;
}

int whiteout_finish(struct extract *x, struct err *e)
{
    bool opaque = x->options->overlay && x->walk.dirs[0].opaque;
    auto_dir d = opaque ? beneath_list(x->walk.lower) : NULL;
    struct dirent *entry;

    if (!opaque)
        return 0;
    if (x->walk.lower < 0)
        return err_set(e, ERR_UNSUPPORTED, "hide all layers below without knowing them");
    if (!d)
        return err_os(e, errno, "list the layers below");
    while ((entry = readdir(d)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            TRY(mark_gone(x, x->options->root, entry->d_name, e));
    return 0;
}

int whiteout_make_room(struct extract *x, const char *name, bool directory, struct err *e)
{
    int dir = walk_current(&x->walk)->fd, rc;
    struct stat st;

    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? ROOM_FREE : err_os(e, errno, "look at '%s'", name);
    if (directory && S_ISDIR(st.st_mode))
        return ROOM_DIRECTORY;
    rc = remove_name(dir, name, NULL, e);
    return rc < 0 ? rc : x->options->overlay ? ROOM_HIDING : ROOM_FREE;
}
