// SPDX-License-Identifier: Apache-2.0
/* dir.c - the state root, the directory of each container and its lock. */
#include "state/state.h"

#include "base/cleanup.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { LOCK_WAIT_MS = 10000, LOCK_POLL_MS = 2 };

int state_check_id(const char *id, struct err *e)
{
    size_t n = id ? strlen(id) : 0;

    if (n == 0)
        return err_set(e, ERR_INVALID, "container id is empty");
    if (n > STATE_ID_MAX)
        return err_set(e, ERR_INVALID, "container id is longer than %d bytes", STATE_ID_MAX);
    /* The same rule as the peers': it becomes a file name and part of a cgroup's. */
    if (id[0] == '.' || strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   "0123456789_+-.") != n)
        return err_set(e, ERR_INVALID,
                       "invalid character in container ID '%s': letters, digits and _ + - . only, "
                       "not starting with .",
                       id);
    return 0;
}

/* mkdir -p; what davit makes is private, what was there stays as it is. */
static int make_path(const char *root, struct err *e)
{
    char path[PATH_MAX];
    size_t n = strlen(root);

    if (n == 0 || n >= sizeof path)
        return err_set(e, ERR_INVALID, "state root '%s' is not a usable path", root);
    memcpy(path, root, n + 1);
    for (char *p = path + 1;; p++) {
        char c = *p;

        if (c != '/' && c != '\0')
            continue;
        *p = '\0';
        if (mkdir(path, c ? 0711 : 0700) < 0 && errno != EEXIST)
            return err_os(e, errno, "mkdir '%s'", path);
        if (!c)
            return 0;
        *p = c;
    }
}

int state_open_root(const char *root, bool make, struct err *e)
{
    int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 && errno == ENOENT && make) {
        TRY(make_path(root, e));
        fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    return fd < 0 ? err_os(e, errno, "open state root '%s'", root) : fd;
}

int state_open(int rootfd, const char *id, struct err *e)
{
    int fd = openat(rootfd, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0 && errno == ENOENT)
        return err_set(e, ERR_NOT_FOUND, "container '%s' does not exist", id);
    return fd < 0 ? err_os(e, errno, "open state of '%s'", id) : fd;
}

int state_make(int rootfd, const char *id, struct err *e)
{
    if (mkdirat(rootfd, id, 0700) < 0) {
        if (errno == EEXIST)
            return err_set(e, ERR_EXISTS, "container with id '%s' already exists", id);
        return err_os(e, errno, "make state of '%s'", id);
    }
    return state_open(rootfd, id, e);
}

static void lock_name(const char *id, char *ret, size_t size)
{
    snprintf(ret, size, ".%s.lock", id);
}

/* Is the file we locked still the one at the name? Its last holder may have removed it. */
static bool is_current(int rootfd, const char *name, int lock)
{
    struct stat mine, there;

    return fstat(lock, &mine) == 0 && fstatat(rootfd, name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
           mine.st_ino == there.st_ino && mine.st_dev == there.st_dev;
}

int state_lock(int rootfd, const char *id, struct err *e)
{
    struct timespec pause = { .tv_nsec = LOCK_POLL_MS * 1000000 };
    char name[NAME_MAX + 1];

    lock_name(id, name, sizeof name);
    for (int waited = 0; waited < LOCK_WAIT_MS; waited += LOCK_POLL_MS) {
        /* clang-format off */
        auto_fd fd = openat(rootfd, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600); /* shared by design: no O_EXCL */
        /* clang-format on */
        struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

        if (fd < 0)
            return err_os(e, errno, "open lock of '%s'", id);
        if (fcntl(fd, F_OFD_SETLK, &whole) == 0) {
            if (is_current(rootfd, name, fd))
                return take_fd(&fd);
            continue;
        }
        if (errno != EAGAIN && errno != EACCES && errno != EINTR)
            return err_os(e, errno, "lock '%s'", id);
        nanosleep(&pause, NULL);
    }
    return err_set(e, ERR_BUSY, "container '%s' is being changed by another process", id);
}

void state_unlock(int rootfd, const char *id, int lock)
{
    char name[NAME_MAX + 1];

    if (lock < 0)
        return;
    lock_name(id, name, sizeof name);
    /* Under the lock, so nobody else can be between its open and its look at the name. */
    unlinkat(rootfd, name, 0);
    close(lock);
}

static int remove_notify(int dir, const char *id, struct err *e)
{
    if ((unlinkat(dir, STATE_NOTIFY_DIR "/" STATE_NOTIFY_NAME, 0) < 0 && errno != ENOENT) ||
        (unlinkat(dir, STATE_NOTIFY_DIR, AT_REMOVEDIR) < 0 && errno != ENOENT))
        return err_os(e, errno, "remove '%s' of '%s'", STATE_NOTIFY_DIR, id);
    return 0;
}

int state_remove(int rootfd, const char *id, struct err *e)
{
    static const char *const files[] = { "start", "config.json", ".state.json.next", "state.json" };
    auto_fd dir = openat(rootfd, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (dir < 0)
        return errno == ENOENT ? 0 : err_os(e, errno, "open state of '%s'", id);
    TRY(remove_notify(dir, id, e));
    /* state.json last: until it is gone the container is known. */
    for (size_t i = 0; i < ARRAY_SIZE(files); i++)
        if (unlinkat(dir, files[i], 0) < 0 && errno != ENOENT)
            return err_os(e, errno, "remove '%s' of '%s'", files[i], id);
    if (unlinkat(rootfd, id, AT_REMOVEDIR) < 0 && errno != ENOENT)
        return err_os(e, errno, "remove state of '%s'", id);
    return 0;
}
