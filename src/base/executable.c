// SPDX-License-Identifier: Apache-2.0
/* executable.c - a program that we carry as bytes, in a file that nobody can change (P9). */
#include "base/executable.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/sys.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/statvfs.h>

static int make_memfd(const char *name, struct err *e)
{
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);

    if (fd < 0 && errno == EINVAL) /* before Linux 6.3 every memfd was executable */
        fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    return fd < 0 ? err_os(e, errno, "memfd_create") : fd;
}

/* Write it all to a new file. Takes fd. */
static int fill(int fd, const void *bytes, size_t size)
{
    int rc = fd < 0 ? -errno : write_all(fd, bytes, size);

    cleanup_fd(&fd); /* before it is executed: no program runs that somebody may write to */
    return rc;
}

/* A file system that nobody else can reach, and that becomes read-only as a whole, for everybody:
 * as good as seals. Asks for CAP_SYS_ADMIN. */
static int fill_tmpfs(const char *name, const void *bytes, size_t size)
{
    auto_fd fs = (int)sys_fsopen("tmpfs", FSOPEN_CLOEXEC), mount = -EBADF;
    int fd;

    if (fs < 0)
        return fs;
    TRY((int)sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0));
    mount = (int)sys_fsmount(fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
    if (mount < 0)
        return mount;
    fd = openat(mount, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0500);
    TRY(fill(fd, bytes, size));
    TRY((int)sys_fsconfig(fs, FSCONFIG_SET_FLAG, "ro", NULL, 0));
    TRY((int)sys_fsconfig(fs, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0));
    /* The mount lives as long as this descriptor and those who execute it. */
    fd = openat(mount, name, O_RDONLY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

/* A file without a name that can't get one. Its owner could open it for writing through /proc where
 * nobody executes it, so it must not serve twice. */
static int fill_nameless(const char *dir, const void *bytes, size_t size)
{
    auto_fd written = open(dir, O_TMPFILE | O_EXCL | O_WRONLY | O_CLOEXEC, 0500), fd = -EBADF;
    struct statvfs fs;
    char path[40];

    if (written < 0 || fstatvfs(written, &fs) < 0)
        return -errno;
    if (fs.f_flag & ST_NOEXEC)
        return -EACCES;
    snprintf(path, sizeof path, "/proc/self/fd/%d", written);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    TRY(fill(take_fd(&written), bytes, size));
    return take_fd(&fd);
}

/* vm.memfd_noexec=2 forbids executable memfds. */
static int make_file(const char *name, const void *bytes, size_t size, struct err *e)
{
    static const char *const dirs[] = { "/dev/shm", "/tmp", "/var/tmp" };
    int fd = fill_tmpfs(name, bytes, size);

    for (size_t i = 0; fd < 0 && i < ARRAY_SIZE(dirs); i++)
        fd = fill_nameless(dirs[i], bytes, size);
    return fd < 0 ? err_os(e, fd,
                           "vm.memfd_noexec forbids executable memfds, and neither a tmpfs of our "
                           "own nor /dev/shm, /tmp or /var/tmp takes '%s' instead",
                           name)
                  : fd;
}

static int seal(int fd, struct err *e)
{
    const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

    if (fcntl(fd, F_ADD_SEALS, seals | F_SEAL_EXEC) == 0)
        return 0;
    /* F_SEAL_EXEC came with 6.3; what must hold is that the bytes can't change. */
    if (errno == EINVAL && fcntl(fd, F_ADD_SEALS, seals) == 0)
        return 0;
    return err_os(e, errno, "seal the executable");
}

bool executable_is_sealed(int fd)
{
    int seals = fcntl(fd, F_GET_SEALS);
    struct statvfs fs;

    return (seals >= 0 && seals & F_SEAL_WRITE) ||
           (fstatvfs(fd, &fs) == 0 && fs.f_flag & ST_RDONLY);
}

int executable_seal(const char *name, const void *bytes, size_t size, struct err *e)
{
    auto_fd fd = make_memfd(name, e);
    int rc;

    if (fd == -EACCES)
        return make_file(name, bytes, size, e);
    if (fd < 0)
        return fd;
    rc = write_all(fd, bytes, size);
    if (rc < 0)
        return err_os(e, rc, "write the executable");
    TRY(seal(fd, e));
    return take_fd(&fd);
}
