// SPDX-License-Identifier: Apache-2.0
/*
 * copy_up.c - config.md "tmpcopyup": a tmpfs begins with what the directory below it holds.
 *
 * The directory is the image's and may be hostile, and somebody may be changing it. Everything is
 * looked at by a descriptor that opens nothing (O_PATH, no link followed) before anything is done
 * with it; only regular files are read, and by that very descriptor. Devices, pipes and sockets are
 * made anew. What is mounted below the directory becomes an empty place. Hard links become files of
 * their own.
 */
#include "init/init.h"

#include "base/fmt.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/stat.h>
#include <linux/time_types.h>
#include <sys/stat.h>

#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif

enum {
    DEPTH_MAX = 128, /* two descriptors and three kilobytes of stack for each */
    ENTRIES_SIZE = 2048,
    XATTR_MAX = 65536, /* XATTR_SIZE_MAX and XATTR_LIST_MAX */
};

struct copier {
    unsigned depth;
    unsigned length; /* of path */
    char path[PATH_LENGTH_MAX];
    char names[XATTR_MAX], block[XATTR_MAX];
};

/* Something to copy: what was looked at, where it stands and where it goes. */
struct item {
    int fd; /* O_PATH */
    int to; /* the directory in the tmpfs */
    const char *name;
    struct statx st;
};

/* Of a directory's own attributes its options may have said something else. */
enum { OWNER = 1, MODE = 2 };

struct linux_dirent {
    uint64_t ino;
    int64_t off;
    uint16_t reclen;
    uint8_t type;
    char name[];
};

static int fail(const struct copier *c, long code, const char *what, struct err *e)
{
    return err_os(e, code, "%s '%s'", what, c->path);
}

static long look(int fd, struct statx *ret)
{
    return SYS_5(__NR_statx, fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, ret);
}

static bool is_mount_root(const struct statx *st)
{
    return st->stx_attributes & STATX_ATTR_MOUNT_ROOT;
}

/* What tmpfs or this user namespace does not take stays behind. */
static bool is_not_for_us(long rc)
{
    return rc == -EOPNOTSUPP || rc == -EPERM || rc == -EINVAL || rc == -EOVERFLOW || rc == -ENODATA;
}

static int copy_xattrs(struct copier *c, int from, int to, struct err *e)
{
    char source[32], target[32];
    long size, n;

    /* Through procfs, because a descriptor that opens nothing gives no attributes. */
    fmt(source, sizeof source, "/proc/self/fd/%d", from);
    fmt(target, sizeof target, "/proc/self/fd/%d", to);
    size = SYS_3(__NR_listxattr, source, c->names, sizeof c->names);
    if (size < 0)
        return is_not_for_us(size) ? 0 : fail(c, size, "list the attributes of", e);
    for (long at = 0; at < size; at += bare_strlen(c->names + at) + 1) {
        n = SYS_4(__NR_getxattr, source, c->names + at, c->block, sizeof c->block);
        if (n >= 0)
            n = SYS_5(__NR_setxattr, target, c->names + at, c->block, n, 0);
        if (n < 0 && !is_not_for_us(n))
            return fail(c, n, "copy an attribute of", e);
    }
    return 0;
}

static long set_times(const char *path, const struct statx *st)
{
    struct __kernel_timespec times[2] = {
        { .tv_sec = st->stx_atime.tv_sec, .tv_nsec = st->stx_atime.tv_nsec },
        { .tv_sec = st->stx_mtime.tv_sec, .tv_nsec = st->stx_mtime.tv_nsec },
    };

#ifdef __NR_utimensat_time64
    return SYS_4(__NR_utimensat_time64, AT_FDCWD, path, times, 0);
#else
    return SYS_4(__NR_utimensat, AT_FDCWD, path, times, 0);
#endif
}

/* Owner before mode, which a change of owner takes bits from; times last. EINVAL: an id that this
 * user namespace does not have. The file is then its root's, whose power no program may borrow. */
static int copy_attributes(struct copier *c, const struct statx *st, int from, int to,
                           unsigned which, struct err *e)
{
    uint32_t mode = st->stx_mode & 07777;
    char path[32];
    long rc = 0;

    fmt(path, sizeof path, "/proc/self/fd/%d", to);
    if (which & OWNER)
        rc = SYS_5(__NR_fchownat, to, "", st->stx_uid, st->stx_gid, AT_EMPTY_PATH);
    if (rc < 0 && rc != -EINVAL)
        return fail(c, rc, "set the owner of", e);
    if (rc < 0)
        mode &= ~(uint32_t)(S_ISUID | S_ISGID);
    if (copy_xattrs(c, from, to, e) < 0)
        return -e->code;
    if ((which & MODE) && !S_ISLNK(st->stx_mode)) {
        rc = SYS_3(__NR_fchmodat, AT_FDCWD, path, mode);
        if (rc < 0)
            return fail(c, rc, "set the mode of", e);
    }
    rc = set_times(path, st);
    return rc < 0 ? fail(c, rc, "set the times of", e) : 0;
}

static int reopen(int fd, int flags)
{
    char path[32];

    fmt(path, sizeof path, "/proc/self/fd/%d", fd);
    /* O_NONBLOCK: nor wait for whoever holds a lease. */
    return bare_openat(AT_FDCWD, path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
}

/* 64 bits on every processor. */
static int64_t seek(int fd, int64_t at, int whence)
{
#ifdef __NR__llseek
    int64_t ret = 0;
    long rc = SYS_5(__NR__llseek, fd, at >> 32, at, &ret, whence);

    return rc < 0 ? rc : ret;
#else
    return SYS_3(__NR_lseek, fd, at, whence);
#endif
}

static long set_size(int fd, int64_t size)
{
#ifdef __NR_ftruncate64
    return SYS_4(__NR_ftruncate64, fd, 0, size, size >> 32); /* a pair begins at an even register */
#else
    return SYS_2(__NR_ftruncate, fd, size);
#endif
}

/* From one offset to another of both files, or to where the file ends by now. */
static long copy_range(struct copier *c, int from, int to, int64_t at, int64_t end)
{
    int64_t rc = seek(from, at, SEEK_SET);

    if (rc >= 0)
        rc = seek(to, at, SEEK_SET);
    while (rc >= 0 && at < end) {
        size_t want = end - at < (int64_t)sizeof c->block ? (size_t)(end - at) : sizeof c->block;
        long n = bare_read(from, c->block, want);

        if (n <= 0)
            return n;
        for (long done = 0; done < n && rc >= 0; done += rc > 0 ? (long)rc : 0)
            rc = bare_write(to, c->block + done, (size_t)(n - done));
        at += n;
    }
    return rc < 0 ? (long)rc : 0;
}

/* Only what is not a hole: a file of terabytes may be empty. */
static int copy_content(struct copier *c, int from, int to, int64_t size, struct err *e)
{
    long rc = set_size(to, size);
    int64_t at = 0;

    while (rc >= 0 && at < size) {
        int64_t data = seek(from, at, SEEK_DATA), hole;

        if (data == -ENXIO)
            break;
        if (data < at) /* a filesystem that knows no holes */
            data = at;
        hole = seek(from, data, SEEK_HOLE);
        if (hole <= data || hole > size)
            hole = size;
        rc = copy_range(c, from, to, data, hole);
        at = hole;
    }
    return rc < 0 ? fail(c, rc, "copy", e) : 0;
}

static int copy_file(struct copier *c, const struct item *i, struct err *e)
{
    int to =
        bare_openat(i->to, i->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    int from = -1, rc = 0;

    if (to < 0)
        return fail(c, to, "make", e);
    if (!is_mount_root(&i->st)) {
        from = reopen(i->fd, O_RDONLY);
        rc = from < 0 ? fail(c, from, "open", e)
                      : copy_content(c, from, to, (int64_t)i->st.stx_size, e);
    }
    if (rc == 0)
        rc = copy_attributes(c, &i->st, i->fd, to, OWNER | MODE, e);
    bare_close(from);
    bare_close(to);
    return rc;
}

static int copy_link(struct copier *c, const struct item *i, struct err *e)
{
    long n = bare_readlinkat(i->fd, "", c->block, PATH_LENGTH_MAX);

    if (n < 0 || n >= PATH_LENGTH_MAX)
        return fail(c, n < 0 ? n : -ENAMETOOLONG, "read the link", e);
    c->block[n] = '\0';
    n = SYS_3(__NR_symlinkat, c->block, i->to, i->name);
    return n < 0 ? fail(c, n, "make the link", e) : 0;
}

static int copy_directory(struct copier *c, const struct item *i, struct err *e);

/* Everything but directories and files: made anew, never opened. */
static int copy_special(struct copier *c, const struct item *i, struct err *e)
{
    long rc;

    if (S_ISLNK(i->st.stx_mode))
        return copy_link(c, i, e);
    rc = bare_mknodat(i->to, i->name, (i->st.stx_mode & S_IFMT) | 0600,
                      bare_makedev(i->st.stx_rdev_major, i->st.stx_rdev_minor));
    return rc < 0 ? fail(c, rc, "make", e) : 0;
}

static int copy_item(struct copier *c, const struct item *i, struct err *e)
{
    int to, rc;

    if (S_ISREG(i->st.stx_mode))
        return copy_file(c, i, e);
    if (S_ISDIR(i->st.stx_mode))
        return copy_directory(c, i, e);
    if (copy_special(c, i, e) < 0)
        return -e->code;
    to = bare_openat(i->to, i->name, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
    rc = to < 0 ? fail(c, to, "open", e) : copy_attributes(c, &i->st, i->fd, to, OWNER | MODE, e);
    bare_close(to);
    return rc;
}

static int copy_entry(struct copier *c, int from, int to, const char *name, struct err *e)
{
    struct item i = { .to = to, .name = name };
    unsigned length = c->length;
    long rc;

    c->length +=
        (unsigned)fmt(c->path + length, sizeof c->path - length, "%s%s", length ? "/" : "", name);
    if (c->length >= sizeof c->path)
        return fail(c, ENAMETOOLONG, "copy", e);
    i.fd = bare_openat(from, name, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
    rc = i.fd < 0 ? i.fd : look(i.fd, &i.st);
    /* Gone before we came to it is the same as gone before we began. */
    if (rc < 0)
        rc = rc == -ENOENT ? 0 : fail(c, rc, "open", e);
    else
        rc = copy_item(c, &i, e);
    bare_close(i.fd);
    c->length = length;
    c->path[length] = '\0';
    return (int)rc;
}

static bool is_dots(const char *name)
{
    return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

static int copy_entries(struct copier *c, int from, int to, struct err *e)
{
    _Alignas(struct linux_dirent) char entries[ENTRIES_SIZE];
    long n;

    while ((n = SYS_3(__NR_getdents64, from, entries, sizeof entries)) > 0) {
        for (long at = 0; at < n;) {
            const struct linux_dirent *d = (const struct linux_dirent *)(entries + at);

            if (!is_dots(d->name) && copy_entry(c, from, to, d->name, e) < 0)
                return -e->code;
            at += d->reclen;
        }
    }
    return n < 0 ? fail(c, n, "read", e) : 0;
}

static int copy_directory(struct copier *c, const struct item *i, struct err *e)
{
    int rc = bare_mkdirat(i->to, i->name, 0700), from = -1, to;

    if (rc < 0)
        return fail(c, rc, "make", e);
    if (c->depth == DEPTH_MAX)
        return err_set(e, ERR_INVALID, "'%.*s...' has more than %d directories above it", 80,
                       c->path, DEPTH_MAX);
    to = bare_openat(i->to, i->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
    if (to < 0)
        return fail(c, to, "open", e);
    c->depth++;
    if (!is_mount_root(&i->st)) {
        from = reopen(i->fd, O_RDONLY | O_DIRECTORY);
        rc = from < 0 ? fail(c, from, "open", e) : copy_entries(c, from, to, e);
    }
    c->depth--;
    if (rc == 0)
        rc = copy_attributes(c, &i->st, i->fd, to, OWNER | MODE, e);
    bare_close(from);
    bare_close(to);
    return rc;
}

/* Ids that the options of the tmpfs give are not those of the directory. */
static bool names_owner(const char *data)
{
    for (const char *p = data; p && *p; p++)
        if ((p == data || p[-1] == ',') &&
            (bare_starts_with(p, "uid=") || bare_starts_with(p, "gid=")))
            return true;
    return false;
}

int copy_up(int from, int to, const char *data, struct err *e)
{
    static struct copier c; /* zeroed, and too large for comfort on a stack */
    int below = reopen(from, O_RDONLY | O_DIRECTORY);
    int root = reopen(to, O_RDONLY | O_DIRECTORY), rc;
    struct statx st;

    c.depth = c.length = 0;
    c.path[0] = '\0';
    if (below < 0 || root < 0)
        rc = err_os(e, below < 0 ? below : root, "open the directory");
    else
        rc = copy_entries(&c, below, root, e);
    if (rc == 0)
        rc = (int)look(below, &st);
    if (rc == 0)
        rc = copy_attributes(&c, &st, below, root, names_owner(data) ? 0 : OWNER, e);
    bare_close(below);
    bare_close(root);
    return rc;
}
