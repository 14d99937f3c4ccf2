// SPDX-License-Identifier: Apache-2.0
/* durable.c - the lock, folders, and files that survive a power cut. */
#include "lade/store/inside.h"

#include "base/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

int flock_wait(int fd, int how)
{
    while (flock(fd, how) < 0)
        if (errno != EINTR)
            return -errno;
    return 0;
}

int store_lock(const struct store *s, int how, struct err *e)
{
    auto_fd fd = openat(s->dir, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    int rc = fd < 0 ? -errno : flock_wait(fd, how);

    if (rc < 0)
        return err_os(e, rc, "lock store '%s'", s->path);
    return take_fd(&fd);
}

int write_durably(int dirfd, const char *name, const char *text, size_t len, struct err *e)
{
    char tmp[NAME_MAX + 1];
    auto_fd fd = -EBADF;

    snprintf(tmp, sizeof tmp, ".%.200s.tmp", name);
    TRY(file_make(dirfd, tmp, 0644, text, len, e));
    fd = openat(dirfd, tmp, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fsync(fd) < 0 || renameat(dirfd, tmp, dirfd, name) < 0) {
        int rc = -errno;

        unlinkat(dirfd, tmp, 0);
        return err_os(e, rc, "write '%s'", name);
    }
    if (fsync(dirfd) < 0)
        return err_os(e, errno, "write '%s'", name);
    return 0;
}

static int open_step(int dirfd, const char *name, mode_t mode)
{
    const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    int fd = openat(dirfd, name, flags);

    if (fd < 0 && errno == ENOENT && mode) {
        if (mkdirat(dirfd, name, mode) < 0 && errno != EEXIST)
            return -errno;
        fd = openat(dirfd, name, flags);
    }
    return fd < 0 ? -errno : fd;
}

int open_folder(int dirfd, const char *path, mode_t mode)
{
    auto_fd at = -EBADF;
    char step[DIGEST_TEXT_SIZE];

    while (*path) {
        size_t n = strcspn(path, "/");
        int next;

        if (n >= sizeof step)
            return -ENAMETOOLONG;
        memcpy(step, path, n);
        step[n] = '\0';
        next = open_step(at < 0 ? dirfd : at, step, mode);
        if (next < 0)
            return next;
        cleanup_fd(&at);
        at = next;
        path += n + (path[n] == '/');
    }
    return take_fd(&at);
}

struct blob_place blob_place(const char *top, const struct digest *digest)
{
    struct blob_place p = { .name = digest_encoded(digest) };

    snprintf(p.folder, sizeof p.folder, "%s/%.*s", top, (int)(p.name - 1 - digest->text),
             digest->text);
    return p;
}

void temporary_name(struct store *s, char ret[LEASE_NAME_SIZE + 24])
{
    unsigned n = __atomic_add_fetch(&s->made, 1, __ATOMIC_RELAXED);

    snprintf(ret, LEASE_NAME_SIZE + 24, "%s.%u", s->lease_name, n);
}

static int remove_children(int dir)
{
    auto_dir list = fdopendir(dir);
    struct dirent *entry;
    int rc = 0;

    if (!list) {
        rc = -errno;
        close(dir);
        return rc;
    }
    while ((entry = readdir(list))) {
        int one;

        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        one = remove_tree(dirfd(list), entry->d_name);
        rc = rc < 0 ? rc : one;
    }
    return rc;
}

/* As deep as paths can be: a layer's limits keep that within reason for the stack. */
int remove_tree(int dirfd, const char *name)
{
    struct stat st;
    int fd, rc;

    if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
        return 0;
    if (errno != EISDIR && errno != EPERM)
        return -errno;
    if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISDIR(st.st_mode))
        return -EPERM;
    fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == EACCES && fchmodat(dirfd, name, 0700, 0) == 0)
        fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    /* Without privileges a directory that is not writable keeps its children. */
    if (geteuid() != 0)
        fchmod(fd, 0700);
    rc = remove_children(fd);
    if (unlinkat(dirfd, name, AT_REMOVEDIR) < 0 && rc == 0)
        rc = -errno;
    return rc;
}
