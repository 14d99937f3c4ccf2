// SPDX-License-Identifier: Apache-2.0
/* netns.c - a network namespace that a file keeps alive. */
#include "lade/network/netns.h"

#include "base/cleanup.h"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>

static int loopback_up(void)
{
    struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
    auto_fd s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    return s < 0 || ioctl(s, SIOCSIFFLAGS, &request) < 0 ? -errno : 0;
}

/* In a process of its own, which ends: the caller stays where it is. */
static int make_in_child(const char *path)
{
    if (unshare(CLONE_NEWNET) < 0)
        return -errno;
    TRY(loopback_up());
    return mount("/proc/self/ns/net", path, NULL, MS_BIND, NULL) < 0 ? -errno : 0;
}

static int wait_for(pid_t pid)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -errno;
    return WIFEXITED(status) ? -WEXITSTATUS(status) : -EIO;
}

int netns_make(const char *path, struct err *e)
{
    auto_fd fd = open(path, O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0444);
    pid_t pid;
    int rc;

    if (fd < 0)
        return err_os(e, errno, "create '%s'", path);
    pid = fork();
    if (pid == 0)
        _exit(-make_in_child(path));
    rc = pid < 0 ? -errno : wait_for(pid);
    if (rc < 0) {
        unlink(path);
        return err_os(e, rc, "make a network namespace");
    }
    return 0;
}

int netns_remove(const char *path, struct err *e)
{
    if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) < 0 && errno != EINVAL && errno != ENOENT)
        return err_os(e, errno, "unmount '%s'", path);
    if (unlink(path) < 0 && errno != ENOENT)
        return err_os(e, errno, "remove '%s'", path);
    return 0;
}
