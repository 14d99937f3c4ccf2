// SPDX-License-Identifier: Apache-2.0
/* walk.c - from a path in an archive to the directory that its last component is in. */
#include "lade/layer/walk.h"

#include "base/cleanup.h"
#include "lade/layer/beneath.h"
#include "lade/layer/copy_up.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

enum {
    NAME_SIZE = 256,
    PATH_SIZE = 4097,
    OPEN_DIR = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
};

static int too_long(const char *path, struct err *e)
{
    return err_set(e, ERR_INVALID, "path '%.*s...' of an archive is too long or too deep", 60,
                   path);
}

int walk_init(struct walk *w, int root, int lower, const char *opaque_xattr, struct err *e)
{
    struct stat st;

    if (fstat(root, &st) < 0)
        return err_os(e, errno, "look at the root");
    *w = (struct walk){ .root = root, .lower = lower, .opaque_xattr = opaque_xattr };
    w->dirs[0] = (struct walk_dir){ root, st.st_ino, 0, false, st.st_mtim, -1 };
    return 0;
}

static int put_back(const struct walk_dir *d, const char *path, struct err *e)
{
    struct timespec times[2] = { d->time, d->time };

    if (d->mode >= 0 && fchmod(d->fd, (mode_t)d->mode) < 0)
        return err_os(e, errno, "set the mode of '%s'", path);
    return futimens(d->fd, times) < 0 ? err_os(e, errno, "set the times of '%s'", path) : 0;
}

static void drop(struct walk *w)
{
    close(w->dirs[w->depth--].fd);
    w->path[walk_current(w)->path_len] = '\0';
}

static int go_up_to(struct walk *w, size_t depth, struct err *e)
{
    while (w->depth > depth) {
        TRY(put_back(walk_current(w), w->path, e));
        drop(w);
    }
    return 0;
}

int walk_finish(struct walk *w, struct err *e)
{
    TRY(go_up_to(w, 0, e));
    return put_back(&w->dirs[0], "/", e);
}

void walk_done(struct walk *w)
{
    while (w->depth > 0)
        drop(w);
}

/* The next component of a path: its length, with *path moved to it; 0 at the end. */
static size_t next_component(const char **path)
{
    *path += strspn(*path, "/");
    return strcspn(*path, "/");
}

/* The path without ".", ".." and superfluous slashes; ".." stops at the root. */
static int clean(const char *path, char ret[PATH_SIZE], struct err *e)
{
    const char *at = path;
    size_t len = 0, n;

    for (; (n = next_component(&at)) > 0; at += n) {
        if (n == 1 && at[0] == '.')
            continue;
        if (n == 2 && at[0] == '.' && at[1] == '.') {
            while (len > 0 && ret[--len] != '/')
                ;
            continue;
        }
        if (n >= NAME_SIZE || len + n + 2 > PATH_SIZE)
            return too_long(path, e);
        if (len > 0)
            ret[len++] = '/';
        memcpy(ret + len, at, n);
        len += n;
    }
    ret[len] = '\0';
    return 0;
}

static bool is_opaque(const struct walk *w, int fd)
{
    char value[4];

    return w->opaque_xattr && fgetxattr(fd, w->opaque_xattr, value, sizeof value) == 1 &&
           value[0] == 'y';
}

/* fd is taken over. opaque: known to be. */
static int push(struct walk *w, int fd, const char *name, bool opaque, struct err *e)
{
    size_t len = strlen(name), at = walk_current(w)->path_len;
    bool hidden = walk_current(w)->opaque || opaque || is_opaque(w, fd);
    struct stat st;

    if (w->depth == WALK_DEPTH_MAX || at + len + 2 > sizeof w->path || fstat(fd, &st) < 0) {
        close(fd);
        return too_long(w->path, e);
    }
    if (at > 0)
        w->path[at++] = '/';
    memcpy(w->path + at, name, len + 1);
    w->dirs[++w->depth] = (struct walk_dir){ fd, st.st_ino, at + len, hidden, st.st_mtim, -1 };
    return 0;
}

int walk_open_lower(const struct walk *w, const char *name)
{
    char path[sizeof w->path + NAME_SIZE + 1];
    const struct walk_dir *at = &w->dirs[w->depth];

    if (w->lower < 0 || at->opaque)
        return -ENOENT;
    snprintf(path, sizeof path, "%s%s%s", w->path, at->path_len ? "/" : "", name);
    return beneath_open(w->lower, path, O_PATH);
}

int walk_make_opaque(struct walk *w, struct err *e)
{
    struct walk_dir *at = walk_current(w);

    if (w->depth > 0 && fsetxattr(at->fd, w->opaque_xattr, "y", 1, 0) < 0)
        return err_os(e, errno, "make '%s' opaque", w->path);
    at->opaque = true;
    return 0;
}

/* A new directory, with the attributes of lower's (an O_PATH fd) or without. opaque: it takes the
 * place of a whiteout. */
static int make_dir(struct walk *w, const char *name, int lower, bool opaque, struct err *e)
{
    struct timespec times[2] = { w->entry_time, w->entry_time };
    int fd;

    if (mkdirat(walk_current(w)->fd, name, 0755) < 0)
        return err_os(e, errno, "create directory '%s'", name);
    fd = openat(walk_current(w)->fd, name, OPEN_DIR);
    if (fd < 0)
        return err_os(e, errno, "open '%s'", name);
    /* The umask is the caller's. */
    if (fchmod(fd, 0755) < 0 || futimens(fd, times) < 0) {
        close(fd);
        return err_os(e, errno, "set the mode of '%s'", name);
    }
    if (lower >= 0 && copy_up_attributes(lower, fd, e) < 0) {
        close(fd);
        return -e->code;
    }
    TRY(push(w, fd, name, opaque, e));
    return opaque ? walk_make_opaque(w, e) : 0;
}

static int enter(struct walk *w, const char *name, int *links, struct err *e);

/* Go where a link leads from here. */
static int follow(struct walk *w, const char *target, int *links, struct err *e)
{
    char name[NAME_SIZE];
    size_t n;

    if (++*links > WALK_LINKS_MAX)
        return err_set(e, ERR_INVALID, "too many links on the way to '%s'", target);
    if (target[0] == '/')
        TRY(go_up_to(w, 0, e));
    for (; (n = next_component(&target)) > 0; target += n) {
        if (n >= NAME_SIZE)
            return too_long(target, e);
        memcpy(name, target, n);
        name[n] = '\0';
        TRY(enter(w, name, links, e));
    }
    return 0;
}

/* fd: of the link itself, O_PATH. */
static int follow_link(struct walk *w, int fd, int *links, struct err *e)
{
    char target[PATH_SIZE];
    ssize_t n = readlinkat(fd, "", target, sizeof target - 1);

    if (n < 0)
        return err_os(e, errno, "read a link");
    target[n] = '\0';
    return follow(w, target, links, e);
}

/* There is nothing of that name here: what the layers below have counts. */
static int enter_missing(struct walk *w, const char *name, int *links, struct err *e)
{
    auto_fd lower = walk_open_lower(w, name);
    struct stat st;

    if (strncmp(name, ".wh.", 4) == 0)
        return err_set(e, ERR_INVALID, "an archive has something below a whiteout, '%s'", name);
    if (lower < 0)
        return make_dir(w, name, -EBADF, false, e);
    if (fstat(lower, &st) < 0)
        return err_os(e, errno, "look at '%s'", name);
    if (S_ISLNK(st.st_mode))
        return follow_link(w, lower, links, e);
    return make_dir(w, name, S_ISDIR(st.st_mode) ? lower : -EBADF, false, e);
}

/* Something is here that is no directory. */
static int enter_other(struct walk *w, const char *name, int *links, struct err *e)
{
    auto_fd fd = openat(walk_current(w)->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0)
        return err_os(e, errno, "look at '%s'", name);
    if (S_ISLNK(st.st_mode))
        return follow_link(w, fd, links, e);
    if (unlinkat(walk_current(w)->fd, name, 0) < 0)
        return err_os(e, errno, "replace '%s'", name);
    return make_dir(w, name, -EBADF, w->opaque_xattr, e);
}

/* Without rights over others' files not even an owner gets past the mode. */
static int enter_open(struct walk *w, int fd, const char *name, struct err *e)
{
    struct stat st;

    TRY(push(w, fd, name, false, e));
    if (fstat(fd, &st) < 0)
        return err_os(e, errno, "look at '%s'", name);
    if ((st.st_mode & S_IRWXU) != S_IRWXU && fchmod(fd, (st.st_mode & 07777) | S_IRWXU) == 0)
        walk_current(w)->mode = (int)(st.st_mode & 07777);
    return 0;
}

static int enter_shut(struct walk *w, const char *name, struct err *e)
{
    int dir = walk_current(w)->fd, fd;
    struct stat st;

    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
        fchmodat(dir, name, (st.st_mode & 07777) | S_IRWXU, AT_SYMLINK_NOFOLLOW) < 0)
        return err_os(e, errno, "open '%s'", name);
    fd = openat(dir, name, OPEN_DIR);
    if (fd < 0)
        return err_os(e, errno, "open '%s'", name);
    TRY(push(w, fd, name, false, e));
    walk_current(w)->mode = (int)(st.st_mode & 07777);
    return 0;
}

/* One component down, making it a directory that is ours to put things into. */
static int enter(struct walk *w, const char *name, int *links, struct err *e)
{
    int fd;

    if (strcmp(name, ".") == 0)
        return 0;
    if (strcmp(name, "..") == 0)
        return go_up_to(w, w->depth > 0 ? w->depth - 1 : 0, e);
    fd = openat(walk_current(w)->fd, name, OPEN_DIR);
    if (fd >= 0)
        return enter_open(w, fd, name, e);
    if (errno == EACCES)
        return enter_shut(w, name, e);
    if (errno == ENOENT)
        return enter_missing(w, name, links, e);
    if (errno == ENOTDIR || errno == ELOOP)
        return enter_other(w, name, links, e);
    return err_os(e, errno, "open '%s'", name);
}

/* How many of the open directories the path begins with; *path moves behind them. What was opened
 * by way of a link has another name than the path's, so it is walked again. */
static size_t common_depth(const struct walk *w, const char **path)
{
    size_t depth = 0, n;

    for (; depth < w->depth && (n = next_component(path)) > 0; depth++, *path += n) {
        size_t before = w->dirs[depth].path_len, at = before + (before > 0);

        if (w->dirs[depth + 1].path_len - at != n || memcmp(w->path + at, *path, n) != 0)
            break;
    }
    return depth;
}

int walk_to(struct walk *w, const char *path, char ret_name[256], struct err *e)
{
    char cleaned[PATH_SIZE];
    const char *way = cleaned;
    char *slash;
    int links = -1; /* the way itself is none */

    TRY(clean(path, cleaned, e));
    slash = strrchr(cleaned, '/');
    memccpy(ret_name, slash ? slash + 1 : cleaned, 0, NAME_SIZE);
    if (slash)
        *slash = '\0';
    else
        cleaned[0] = '\0';
    TRY(go_up_to(w, common_depth(w, &way), e));
    return follow(w, way + strspn(way, "/"), &links, e);
}
