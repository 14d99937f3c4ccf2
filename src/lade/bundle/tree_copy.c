// SPDX-License-Identifier: Apache-2.0
/* tree_copy.c - a directory's content, with everything that belongs to it, put into another. */
#include "lade/bundle/tree_copy.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "lade/layer/remove.h"
#include "lade/stream/fd_copy.h"
#include "lade/user/own_ids.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

enum { DEPTH_MAX = 256, XATTR_MAX = 65536, PIECE = 1 << 20 };

/* A file with several names, and the path of its first copy. */
struct link {
    dev_t dev;
    ino_t ino;
    char *path;
};

struct copier {
    struct tree_copy *job;
    struct link *links;
    size_t link_count, link_room;
    struct buf path;     /* of the directory that is being copied, ends in '/' unless empty */
    char *names, *value; /* XATTR_MAX bytes each: of one file's attributes, of one of them */
    const char *opaque;  /* overlayfs' mark, as this user's layers have it */
};

/* One name in two directories. */
struct place {
    int from, to;
    const char *name;
    struct stat st;
};

static void copier_done(struct copier *c)
{
    for (size_t i = 0; i < c->link_count; i++)
        free(c->links[i].path);
    free(c->links);
    buf_done(&c->path);
    free(c->names);
    free(c->value);
}

static int failed(const struct copier *c, const char *what, const char *name, struct err *e)
{
    return err_os(e, errno, "%s '%s%s'", what, c->path.data ? c->path.data : "", name);
}

/* Whiteouts and marks of overlayfs are no content of the copy. */
static bool is_overlay_mark(const char *xattr)
{
    return strncmp(xattr, "trusted.overlay.", 16) == 0 || strncmp(xattr, "user.overlay.", 13) == 0;
}

/* Both are open for reading. Filesystems without attributes have none to copy. */
static int copy_xattrs(const struct copier *c, int from, int to, const char *name, struct err *e)
{
    ssize_t n = flistxattr(from, c->names, XATTR_MAX);

    if (n < 0 && errno != ENOTSUP)
        return failed(c, "list the attributes of", name, e);
    for (char *x = c->names; x < c->names + n; x += strlen(x) + 1) {
        ssize_t len;

        if (is_overlay_mark(x))
            continue;
        len = fgetxattr(from, x, c->value, XATTR_MAX);
        if (len < 0 || fsetxattr(to, x, c->value, (size_t)len, 0) < 0)
            return err_os(e, errno, "copy attribute %s of '%s'", x, name);
    }
    return 0;
}

/* After the content: chown takes set-id bits and capabilities away, so mode and attributes follow
 * it; writing changes times, so they are last. */
static int copy_metadata(const struct copier *c, int from, int to, const struct place *p,
                         struct err *e)
{
    struct timespec times[2] = { p->st.st_atim, p->st.st_mtim };

    if (fchown(to, p->st.st_uid, p->st.st_gid) < 0)
        return failed(c, "set the owner of", p->name, e);
    if (fchmod(to, p->st.st_mode & 07777) < 0)
        return failed(c, "set the mode of", p->name, e);
    TRY(copy_xattrs(c, from, to, p->name, e));
    return futimens(to, times) < 0 ? failed(c, "set the times of", p->name, e) : 0;
}

/* From one data region to the next; holes stay holes. */
static int copy_bytes(int from, int to, off_t size)
{
    off_t at = 0, end;

    if (ftruncate(to, size) < 0)
        return -errno;
    while ((at = lseek(from, at, SEEK_DATA)) >= 0) {
        end = lseek(from, at, SEEK_HOLE);
        if (end < 0)
            return -errno;
        TRY(fd_copy(from, to, at, end));
        at = end;
    }
    return errno == ENXIO ? 0 : -errno;
}

static int copy_file(struct copier *c, const struct place *p, struct err *e)
{
    auto_fd from = openat(p->from, p->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    auto_fd to = -EBADF;
    int rc;

    if (from < 0)
        return failed(c, "open", p->name, e);
    to = openat(p->to, p->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (to < 0)
        return failed(c, "create", p->name, e);
    if (p->st.st_size > 0 && ioctl(to, FICLONE, from) < 0) {
        rc = copy_bytes(from, to, p->st.st_size);
        if (rc < 0)
            return err_os(e, rc, "copy '%s'", p->name);
    }
    return copy_metadata(c, from, to, p, e);
}

static int copy_symlink(const struct copier *c, const struct place *p, struct err *e)
{
    struct timespec times[2] = { p->st.st_atim, p->st.st_mtim };
    char target[4097];
    ssize_t n = readlinkat(p->from, p->name, target, sizeof target - 1);

    if (n < 0)
        return failed(c, "read link", p->name, e);
    target[n] = '\0';
    if (symlinkat(target, p->to, p->name) < 0 ||
        fchownat(p->to, p->name, p->st.st_uid, p->st.st_gid, AT_SYMLINK_NOFOLLOW) < 0 ||
        utimensat(p->to, p->name, times, AT_SYMLINK_NOFOLLOW) < 0)
        return failed(c, "create link", p->name, e);
    return 0;
}

/* Devices, FIFOs. Nothing is written between making it and giving it its owner, and it has no name
 * yet that anyone else could know. */
static int copy_special(const struct copier *c, const struct place *p, struct err *e)
{
    struct timespec times[2] = { p->st.st_atim, p->st.st_mtim };

    if (mknodat(p->to, p->name, p->st.st_mode, p->st.st_rdev) < 0 ||
        fchownat(p->to, p->name, p->st.st_uid, p->st.st_gid, AT_SYMLINK_NOFOLLOW) < 0 ||
        fchmodat(p->to, p->name, p->st.st_mode & 07777, 0) < 0 ||
        utimensat(p->to, p->name, times, AT_SYMLINK_NOFOLLOW) < 0)
        return failed(c, "create", p->name, e);
    return 0;
}

static int remember_link(struct copier *c, const struct place *p, struct err *e)
{
    char *path = NULL;

    if (c->link_count == c->link_room) {
        size_t room = c->link_room ? 2 * c->link_room : 64;
        struct link *bigger = reallocarray(c->links, room, sizeof *bigger);

        if (!bigger)
            return err_os(e, ENOMEM, "copy");
        c->links = bigger;
        c->link_room = room;
    }
    if (asprintf(&path, "%s%s", c->path.data ? c->path.data : "", p->name) < 0)
        return err_os(e, ENOMEM, "copy");
    c->links[c->link_count++] = (struct link){ p->st.st_dev, p->st.st_ino, path };
    return 0;
}

/* True when it was linked to the copy of another name of the same file. The path was made by us and
 * its directories are not links. */
static int link_again(struct copier *c, const struct place *p, struct err *e)
{
    for (size_t i = c->link_count; i > 0; i--) {
        const struct link *l = &c->links[i - 1];

        if (l->ino != p->st.st_ino || l->dev != p->st.st_dev)
            continue;
        if (linkat(c->job->to, l->path, p->to, p->name, 0) < 0)
            return failed(c, "link", p->name, e);
        return 1;
    }
    return 0;
}

static int copy_children(struct copier *c, int from, int to, int depth, struct err *e);

static bool is_opaque(const struct copier *c, int dir)
{
    char value[2];

    return fgetxattr(dir, c->opaque, value, sizeof value) == 1 && value[0] == 'y';
}

/* The directory to copy into: the one that is there when layers are merged, else a new one. */
static int make_directory(const struct copier *c, const struct place *p, int from, struct err *e)
{
    struct stat there;
    int rc;

    if (c->job->layer && fstatat(p->to, p->name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
        (!S_ISDIR(there.st_mode) || is_opaque(c, from)))
        TRY(remove_name(p->to, p->name, NULL, e));
    if (mkdirat(p->to, p->name, 0700) < 0 && !(errno == EEXIST && c->job->layer))
        return failed(c, "create directory", p->name, e);
    rc = openat(p->to, p->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return rc < 0 ? failed(c, "open", p->name, e) : rc;
}

static int copy_directory(struct copier *c, const struct place *p, int depth, struct err *e)
{
    auto_fd from = openat(p->from, p->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    auto_fd to = -EBADF;
    size_t before = c->path.len;

    if (from < 0)
        return failed(c, "open", p->name, e);
    to = make_directory(c, p, from, e);
    if (to < 0)
        return to;
    buf_printf(&c->path, "%s/", p->name);
    if (buf_failed(&c->path))
        return err_os(e, ENOMEM, "copy");
    TRY(copy_children(c, from, to, depth + 1, e));
    c->path.len = before;
    c->path.data[before] = '\0';
    return copy_metadata(c, from, to, p, e);
}

static bool is_whiteout(const struct stat *st)
{
    return S_ISCHR(st->st_mode) && st->st_rdev == makedev(0, 0);
}

static int copy_name(struct copier *c, const struct place *p, int depth, struct err *e)
{
    bool linked = p->st.st_nlink > 1 && !S_ISDIR(p->st.st_mode);
    int rc;

    if (S_ISDIR(p->st.st_mode))
        return copy_directory(c, p, depth, e);
    if (c->job->layer)
        TRY(remove_name(p->to, p->name, NULL, e));
    if (c->job->layer && is_whiteout(&p->st))
        return 0;
    rc = linked ? link_again(c, p, e) : 0;
    if (rc != 0)
        return rc < 0 ? rc : 0;
    if (S_ISREG(p->st.st_mode))
        rc = copy_file(c, p, e);
    else
        rc = S_ISLNK(p->st.st_mode) ? copy_symlink(c, p, e) : copy_special(c, p, e);
    TRY(rc);
    return linked ? remember_link(c, p, e) : 0;
}

static int copy_children(struct copier *c, int from, int to, int depth, struct err *e)
{
    int listed = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    auto_dir d = listed < 0 ? NULL : fdopendir(listed);
    struct dirent *entry;

    if (!d) {
        if (listed >= 0)
            close(listed);
        return failed(c, "list", ".", e);
    }
    if (depth > DEPTH_MAX)
        return err_set(e, ERR_UNSUPPORTED, "copy '%s': nested too deeply", c->path.data);
    while ((entry = readdir(d))) {
        struct place p = { .from = from, .to = to, .name = entry->d_name };

        if (strcmp(p.name, ".") == 0 || strcmp(p.name, "..") == 0)
            continue;
        if (fstatat(from, p.name, &p.st, AT_SYMLINK_NOFOLLOW) < 0)
            return failed(c, "look at", p.name, e);
        TRY(copy_name(c, &p, depth, e));
    }
    return 0;
}

int tree_copy(struct tree_copy *job, struct err *e)
{
    cleanup(copier_done) struct copier c = { .job = job };
    struct place root = { .name = "." };

    c.names = malloc(XATTR_MAX);
    c.value = malloc(XATTR_MAX);
    c.opaque = own_ids_are_some() ? "user.overlay.opaque" : "trusted.overlay.opaque";
    if (!c.names || !c.value)
        return err_os(e, ENOMEM, "copy");
    if (fstat(job->from, &root.st) < 0)
        return err_os(e, errno, "look at what is to be copied");
    TRY(copy_children(&c, job->from, job->to, 0, e));
    return copy_metadata(&c, job->from, job->to, &root, e);
}
