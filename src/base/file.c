// SPDX-License-Identifier: Apache-2.0
/* file.c - reading with a limit, writing without halves. */
#include "base/file.h"

#include "base/cleanup.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

int write_all(int fd, const void *data, size_t len)
{
    const char *p = data;

    while (len > 0) {
        ssize_t n = write(fd, p, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        p += n;
        len -= (size_t)n;
    }
    return 0;
}

int file_read_fd(int fd, size_t limit, char **ret, size_t *ret_len, struct err *e)
{
    size_t size = 4096, len = 0;
    auto_free char *text = malloc(size + 1);

    for (;;) {
        ssize_t n;

        if (!text)
            return err_os(e, ENOMEM, "read");
        n = read(fd, text + len, size - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_os(e, errno, "read");
        if (n == 0)
            break;
        len += (size_t)n;
        if (len > limit)
            return err_set(e, ERR_INVALID, "larger than %zu bytes", limit);
        if (len == size) {
            char *bigger = realloc(text, size * 2 + 1);

            if (!bigger)
                return err_os(e, ENOMEM, "read");
            text = bigger;
            size *= 2;
        }
    }
    text[len] = '\0';
    *ret = take_ptr(text);
    if (ret_len)
        *ret_len = len;
    return 0;
}

int file_read(int dirfd, const char *path, size_t limit, char **ret, size_t *ret_len, struct err *e)
{
    /* O_NONBLOCK: a FIFO without a writer must not hang us before fstat() has spoken. */
    auto_fd fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;

    if (fd < 0)
        return err_os(e, errno, "open '%s'", path);
    if (fstat(fd, &st) < 0)
        return err_os(e, errno, "stat '%s'", path);
    if (!S_ISREG(st.st_mode))
        return err_set(e, ERR_INVALID, "'%s' is not a regular file", path);
    if (st.st_size > 0 && (size_t)st.st_size > limit)
        return err_set(e, ERR_INVALID, "'%s' is larger than %zu bytes", path, limit);
    if (file_read_fd(fd, limit, ret, ret_len, e) < 0)
        return err_wrap(e, "'%s'", path);
    return 0;
}

int file_write_existing(int dirfd, const char *path, const char *text, struct err *e)
{
    auto_fd fd = openat(dirfd, path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY);
    ssize_t n;

    if (fd < 0)
        return err_os(e, errno, "open '%s'", path);
    do {
        n = write(fd, text, strlen(text));
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return err_os(e, errno, "write '%s' to '%s'", text, path);
    if ((size_t)n != strlen(text))
        return err_os(e, EIO, "write '%s' to '%s': only %zd bytes taken", text, path, n);
    return 0;
}

/* "dir/name" -> "dir/.name.tmp": the same directory, so that rename is atomic. */
static int temporary_name(const char *path, char *ret, size_t size)
{
    const char *slash = strrchr(path, '/');
    int dir = slash ? (int)(slash - path) + 1 : 0;
    int n = snprintf(ret, size, "%.*s.%s.tmp", dir, path, path + dir);

    return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

int file_make(int dirfd, const char *path, mode_t mode, const char *text, size_t len, struct err *e)
{
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    auto_fd fd = openat(dirfd, path, flags, mode);
    int rc;

    if (fd < 0 && errno == EEXIST) {
        unlinkat(dirfd, path, 0);
        fd = openat(dirfd, path, flags, mode);
    }
    if (fd < 0)
        return err_os(e, errno, "create '%s'", path);
    rc = write_all(fd, text, len);
    if (rc < 0) {
        unlinkat(dirfd, path, 0);
        return err_os(e, rc, "write '%s'", path);
    }
    return 0;
}

int file_replace(int dirfd, const char *path, mode_t mode, const char *text, size_t len,
                 struct err *e)
{
    char tmp[PATH_MAX];

    if (temporary_name(path, tmp, sizeof tmp) < 0)
        return err_os(e, ENAMETOOLONG, "write '%s'", path);
    if (file_make(dirfd, tmp, mode, text, len, e) < 0)
        return -e->code;
    if (renameat(dirfd, tmp, dirfd, path) < 0) {
        int rc = -errno;

        unlinkat(dirfd, tmp, 0);
        return err_os(e, rc, "replace '%s'", path);
    }
    return 0;
}
