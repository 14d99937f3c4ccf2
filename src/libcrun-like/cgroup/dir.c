// SPDX-License-Identifier: Apache-2.0
/* dir.c - opening, reading, writing and walking cgroup directories without being led astray. */
#include "cgroup/dir.h"

#include "base/cleanup.h"
#include "base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

/* A container may nest its cgroups; nobody nests them deeper than this in earnest, and each level
 * costs the walk some stack. */
enum { DEPTH_MAX = 2000 };

static bool same_device(int a, int b)
{
    struct stat sa, sb;

    return fstat(a, &sa) == 0 && fstat(b, &sb) == 0 && sa.st_dev == sb.st_dev;
}

/* openat2() for those who can't have it: every component by itself, no symlink, no "..". */
static int open_by_component(int dirfd, const char *path, int flags, bool stay)
{
    char name[NAME_MAX + 1];
    auto_fd at = -EBADF;

    if (stay && *path == '/')
        return -EXDEV;
    at = openat(dirfd, *path == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);

    while (at >= 0) {
        size_t len;
        bool last;
        int next;

        path += strspn(path, "/");
        len = strcspn(path, "/");
        if (len == 0)
            return take_fd(&at);
        if (len > NAME_MAX)
            return -ENAMETOOLONG;
        memcpy(name, path, len);
        name[len] = '\0';
        if (strcmp(name, "..") == 0)
            return -EXDEV;
        path += len;
        last = path[strspn(path, "/")] == '\0';
        next = openat(at, name,
                      last ? flags | O_NOFOLLOW | O_CLOEXEC
                           : O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (next >= 0 && stay && !same_device(at, next)) {
            close(next);
            return -EXDEV;
        }
        cleanup_fd(&at);
        at = next;
    }
    return -errno;
}

int cgroup_dir_openat(int dirfd, const char *path, int flags)
{
    struct open_how how = {
        .flags = (unsigned)(flags | O_CLOEXEC),
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV,
    };
    int fd = (int)sys_openat2(dirfd, path, &how);

    /* EPERM is how some container filters say "unknown call". */
    if (fd == -ENOSYS || fd == -EPERM)
        fd = open_by_component(dirfd, path, flags, true);
    return fd;
}

int cgroup_dir_open(const char *path)
{
    struct open_how how = {
        .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
        .resolve = RESOLVE_NO_SYMLINKS,
    };
    auto_fd fd = (int)sys_openat2(AT_FDCWD, path, &how);
    struct statfs st;

    if (fd == -ENOSYS || fd == -EPERM)
        fd = open_by_component(AT_FDCWD, path, O_PATH | O_DIRECTORY, false);
    if (fd < 0)
        return fd;
    if (fstatfs(fd, &st) < 0)
        return -errno;
    /* The mount may be gone: what lies there now is none of ours. */
    if (st.f_type != CGROUP2_SUPER_MAGIC && st.f_type != CGROUP_SUPER_MAGIC)
        return -ENOENT;
    return take_fd(&fd);
}

int cgroup_file_read(int dirfd, const char *name, char *buf, size_t size)
{
    auto_fd fd = cgroup_dir_openat(dirfd, name, O_RDONLY);
    ssize_t n;

    if (fd < 0)
        return fd;
    do {
        n = read(fd, buf, size - 1);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return -errno;
    if (n > 0 && buf[n - 1] == '\n')
        n--;
    buf[n] = '\0';
    return (int)n;
}

int cgroup_file_write(int dirfd, const char *name, const char *text)
{
    auto_fd fd = cgroup_dir_openat(dirfd, name, O_WRONLY);
    ssize_t n;

    if (fd < 0)
        return fd;
    do {
        n = write(fd, text, strlen(text));
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return -errno;
    return (size_t)n == strlen(text) ? 0 : -EIO;
}

struct names {
    char **items;
    size_t count, size;
};

static void names_done(struct names *n)
{
    for (size_t i = 0; i < n->count; i++)
        free(n->items[i]);
    free(n->items);
}

static int names_add(struct names *n, const char *name)
{
    if (n->count == n->size) {
        size_t size = n->size ? n->size * 2 : 16;
        char **bigger = reallocarray(n->items, size, sizeof *bigger);

        if (!bigger)
            return -ENOMEM;
        n->items = bigger;
        n->size = size;
    }
    n->items[n->count] = strdup(name);
    return n->items[n->count++] ? 0 : -ENOMEM;
}

static int list_children(int dirfd, struct names *ret)
{
    auto_fd fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    auto_dir dir = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;

    if (!dir)
        return -errno;
    take_fd(&fd);
    while ((errno = 0, entry = readdir(dir))) {
        if (entry->d_type != DT_DIR || strcmp(entry->d_name, ".") == 0 ||
            strcmp(entry->d_name, "..") == 0)
            continue;
        TRY(names_add(ret, entry->d_name));
    }
    return -errno;
}

static int walk_below(int *at, const struct cgroup_walk *walk, unsigned depth);

/* *at is the parent before and after; in between it is the child, so that depth costs no fds. */
static int walk_child(int *at, const char *name, const struct cgroup_walk *walk, unsigned depth)
{
    int child = cgroup_dir_openat(*at, name, O_PATH | O_DIRECTORY), parent, rc;

    if (child == -ENOENT)
        return 0;
    if (child < 0)
        return child;
    cleanup_fd(at);
    *at = child;
    rc = walk_below(at, walk, depth + 1);
    if (rc < 0 && rc != -ENOENT && rc != -ENODEV)
        return rc;
    parent = openat(*at, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (parent < 0)
        return -ESTALE;
    cleanup_fd(at);
    *at = parent;
    return walk->leave ? walk->leave(parent, name, walk->data) : 0;
}

static int walk_below(int *at, const struct cgroup_walk *walk, unsigned depth)
{
    cleanup(names_done) struct names children = { 0 };

    if (depth > DEPTH_MAX)
        return -ELOOP;
    if (walk->enter)
        TRY(walk->enter(*at, walk->data));
    TRY(list_children(*at, &children));
    for (size_t i = 0; i < children.count; i++)
        TRY(walk_child(at, children.items[i], walk, depth));
    return 0;
}

int cgroup_walk(int dirfd, const struct cgroup_walk *walk)
{
    auto_fd at = openat(dirfd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    int rc = at < 0 ? -errno : walk_below(&at, walk, 0);

    return rc == -ENODEV ? -ENOENT : rc;
}
