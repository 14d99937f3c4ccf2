// SPDX-License-Identifier: Apache-2.0
/* path.c - looking up and creating names inside a root that may be hostile and changing. */
#include "base/path.h"

#include "base/bare.h"
#include "base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

enum {
    RETRIES = 128,     /* openat2 answers EAGAIN while something is renamed under it */
    SYMLINKS_MAX = 40, /* what the kernel allows, too */
};

/* The walk's state: the path still to go lives at the end of text, links are spliced in front. */
struct walk {
    char text[PATH_LENGTH_MAX * 2];
    unsigned start; /* where the rest begins in text */
    unsigned links;
    int fd; /* the directory reached so far */
};

static void walk_close(struct walk *w, int rootfd)
{
    if (w->fd != rootfd && w->fd >= 0)
        bare_close(w->fd);
}

static void walk_goto(struct walk *w, int rootfd, int fd)
{
    walk_close(w, rootfd);
    w->fd = fd;
}

/* Put a link's target in front of what is left to walk, which is nothing or begins with a slash. */
static int walk_splice(struct walk *w, const char *target, unsigned len)
{
    if (++w->links > SYMLINKS_MAX)
        return -ELOOP;
    if (len > w->start)
        return -ENAMETOOLONG;
    w->start -= len;
    bare_copy(w->text + w->start, target, len);
    return 0;
}

/* Is fd the root itself? Then ".." stays. */
static bool is_same(int a, int b)
{
    struct bare_stat sa, sb;

    return bare_fstat(a, &sa) == 0 && bare_fstat(b, &sb) == 0 && sa.dev == sb.dev &&
           sa.ino == sb.ino;
}

/* Take the next component off the rest. Returns its length, 0 at the end. */
static unsigned walk_next(struct walk *w, char *name, unsigned size)
{
    unsigned n = 0;

    while (w->text[w->start] == '/')
        w->start++;
    while (w->text[w->start] && w->text[w->start] != '/') {
        if (n + 1 < size)
            name[n] = w->text[w->start];
        n++;
        w->start++;
    }
    if (n < size)
        name[n] = '\0';
    return n;
}

/* One component that is neither "." nor "..". A slash behind it asks for a directory and follows a
 * link, also when nothing comes after the slash. */
static int walk_step(struct walk *w, int rootfd, const char *name, int flags, bool *ret_done)
{
    char target[PATH_LENGTH_MAX];
    bool last = !w->text[w->start];
    struct bare_stat st;
    long n;
    int fd = bare_openat(w->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0), rc;

    if (fd < 0)
        return fd;
    rc = bare_fstat(fd, &st);
    if (rc < 0) {
        bare_close(fd);
        return rc;
    }
    if (!S_ISLNK(st.mode) || (last && (flags & O_NOFOLLOW))) {
        walk_goto(w, rootfd, fd);
        *ret_done = last;
        return last || S_ISDIR(st.mode) ? 0 : -ENOTDIR;
    }
    n = bare_readlinkat(fd, "", target, sizeof target);
    bare_close(fd);
    if (n < 0)
        return (int)n;
    if (n >= (long)sizeof target)
        return -ENAMETOOLONG;
    if (target[0] == '/')
        walk_goto(w, rootfd, rootfd);
    return walk_splice(w, target, (unsigned)n);
}

static int walk_up(struct walk *w, int rootfd)
{
    int fd;

    if (w->fd == rootfd || is_same(w->fd, rootfd))
        return 0;
    fd = bare_openat(w->fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    if (fd < 0)
        return fd;
    walk_goto(w, rootfd, fd);
    return 0;
}

static int walk_run(struct walk *w, int rootfd, int flags)
{
    char name[256];
    bool done = false;

    while (!done) {
        unsigned n = walk_next(w, name, sizeof name);
        int rc = 0;

        if (n == 0)
            return 0;
        if (n >= sizeof name)
            return -ENAMETOOLONG;
        if (n == 2 && name[0] == '.' && name[1] == '.')
            rc = walk_up(w, rootfd);
        else if (n != 1 || name[0] != '.')
            rc = walk_step(w, rootfd, name, flags, &done);
        if (rc < 0)
            return rc;
    }
    return 0;
}

int path_open_walker(int rootfd, const char *path, int flags)
{
    struct walk w = { .start = sizeof w.text - 1, .fd = rootfd };
    unsigned len = bare_strlen(path);
    int rc;

    if (len >= PATH_LENGTH_MAX)
        return -ENAMETOOLONG;
    w.start -= len;
    bare_copy(w.text + w.start, path, len);
    rc = walk_run(&w, rootfd, flags);
    if (rc == 0) {
        /* A fresh descriptor also when we stayed at the root; O_DIRECTORY is checked here. */
        struct bare_stat st;

        rc = bare_dup_cloexec(w.fd);
        if (rc >= 0 && (flags & O_DIRECTORY) && bare_fstat(rc, &st) == 0 && !S_ISDIR(st.mode)) {
            bare_close(rc);
            rc = -ENOTDIR;
        }
    }
    walk_close(&w, rootfd);
    return rc;
}

int path_open(int rootfd, const char *path, int flags)
{
    struct open_how how = { .flags = (uint64_t)(O_PATH | O_CLOEXEC | flags),
                            .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
    long fd = -EAGAIN;

    for (int i = 0; i < RETRIES && (fd == -EAGAIN || fd == -EINTR); i++)
        fd = sys_openat2(rootfd, path[0] ? path : ".", &how);
    /* Filters of an outer container answer EPERM for calls they do not know. Asked anew each time:
     * a filter may come later, so only a failure tells anything. */
    if (fd == -ENOSYS || fd == -EPERM)
        return path_open_walker(rootfd, path, flags);
    return (int)fd;
}

/* Split "a/b/c" at its last component. Returns the length of the directory part. */
static unsigned dir_length(const char *path, const char **ret_name)
{
    unsigned len = bare_strlen(path), start;

    while (len > 0 && path[len - 1] == '/')
        len--;
    start = len;
    while (start > 0 && path[start - 1] != '/')
        start--;
    *ret_name = path + start;
    return start;
}

/* path = dir(path[0..begin)) + target + rest(path[end..)); an absolute target starts over. */
static int replace_component(char *path, unsigned begin, unsigned end, const char *target,
                             unsigned target_len)
{
    char text[PATH_LENGTH_MAX];
    unsigned dir = target_len && target[0] == '/' ? 0 : begin;
    unsigned rest = bare_strlen(path + end);

    if (dir + target_len + rest >= sizeof text)
        return -ENAMETOOLONG;
    bare_copy(text, path, dir);
    bare_copy(text + dir, target, target_len);
    bare_copy(text + dir + target_len, path + end, rest + 1);
    bare_copy(path, text, dir + target_len + rest + 1);
    return 0;
}

/* Make path[begin..end) below dir. Returns 1 when it turned out to be a dangling symlink, whose
 * target is now spliced into path: images have /etc/resolv.conf -> ../run/x, and mounts go there.
 */
static int make_component(int dir, char *path, unsigned begin, unsigned end, enum path_make what)
{
    char name[256], target[PATH_LENGTH_MAX];
    long n;
    int rc;

    if (end - begin >= sizeof name)
        return -ENAMETOOLONG;
    bare_copy(name, path + begin, end - begin);
    name[end - begin] = '\0';
    rc = what == PATH_MAKE_DIR ? bare_mkdirat(dir, name, 0755)
                               : bare_mknodat(dir, name, S_IFREG | 0644, 0);
    if (rc != -EEXIST)
        return rc;
    n = bare_readlinkat(dir, name, target, sizeof target);
    if (n == -EINVAL) /* not a link: somebody made it meanwhile, rootfs can be shared */
        return 0;
    if (n < 0)
        return (int)n;
    rc = replace_component(path, begin, end, target, (unsigned)n);
    return rc < 0 ? rc : 1;
}

static int open_prefix(int rootfd, const char *path, unsigned len)
{
    char prefix[PATH_LENGTH_MAX];

    bare_copy(prefix, path, len);
    prefix[len] = '\0';
    return path_open(rootfd, prefix, 0);
}

/* One pass over path: create what is missing, component by component, each looked up afresh inside
 * the root. Returns an fd, or -EAGAIN when a dangling link was spliced into path. */
static int make_pass(int rootfd, char *path, enum path_make what)
{
    int fd = path_open(rootfd, ".", O_DIRECTORY);
    unsigned end = 0;

    while (fd >= 0) {
        unsigned begin = end;
        enum path_make kind;
        int next;

        while (path[begin] == '/')
            begin++;
        if (!path[begin])
            break;
        for (end = begin; path[end] && path[end] != '/';)
            end++;
        kind = path[end] ? PATH_MAKE_DIR : what;
        next = open_prefix(rootfd, path, end);
        if (next == -ENOENT) {
            int rc = make_component(fd, path, begin, end, kind);

            next = rc > 0 ? -EAGAIN : rc < 0 ? rc : open_prefix(rootfd, path, end);
        }
        bare_close(fd);
        fd = next;
    }
    return fd;
}

int path_make(int rootfd, const char *path, enum path_make what)
{
    char text[PATH_LENGTH_MAX];
    unsigned len = bare_strlen(path);
    int fd;

    if (len >= sizeof text)
        return -ENAMETOOLONG;
    bare_copy(text, path, len + 1);
    while (len > 1 && text[len - 1] == '/')
        text[--len] = '\0';
    fd = path_open(rootfd, text, 0);
    if (fd != -ENOENT)
        return fd;
    for (int links = 0; links < SYMLINKS_MAX; links++) {
        fd = make_pass(rootfd, text, what);
        if (fd != -EAGAIN)
            return fd;
    }
    return -ELOOP;
}

int path_make_parent(int rootfd, const char *path, const char **ret_name)
{
    char dir[PATH_LENGTH_MAX];
    unsigned len = dir_length(path, ret_name);

    if (len >= sizeof dir)
        return -ENAMETOOLONG;
    bare_copy(dir, path, len);
    dir[len] = '\0';
    return path_make(rootfd, len ? dir : ".", PATH_MAKE_DIR);
}
