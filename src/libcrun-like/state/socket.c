// SPDX-License-Identifier: Apache-2.0
/* socket.c - sockets of a container, named through its directory's descriptor (P15). */
#include "state/state.h"

#include "base/cleanup.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

/* A path of any length fits, and the directory can't be swapped for another. */
static struct sockaddr_un name_in(int dirfd, const char *name)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };

    snprintf(a.sun_path, sizeof a.sun_path, "/proc/thread-self/fd/%d/%s", dirfd, name);
    return a;
}

static int open_socket(struct err *e)
{
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    return fd < 0 ? err_os(e, errno, "socket") : fd;
}

int state_barrier_listen(int dirfd, struct err *e)
{
    struct sockaddr_un a = name_in(dirfd, "start");
    auto_fd fd = open_socket(e);

    if (fd < 0)
        return fd;
    /* The directory is 0700: whoever can connect is its owner or root. */
    if (bind(fd, (struct sockaddr *)&a, sizeof a) < 0)
        return err_os(e, errno, "bind the start barrier");
    if (listen(fd, 8) < 0)
        return err_os(e, errno, "listen on the start barrier");
    return take_fd(&fd);
}

int state_barrier_connect(int dirfd, struct err *e)
{
    struct sockaddr_un a = name_in(dirfd, "start");
    auto_fd fd = open_socket(e);

    if (fd < 0)
        return fd;
    if (connect(fd, (struct sockaddr *)&a, sizeof a) < 0)
        return err_os(e, errno, "connect to the start barrier");
    return take_fd(&fd);
}

int state_notify_make(int dirfd, struct err *e)
{
    /* The container's users need not be its owner, whatever our umask is. */
    if (mkdirat(dirfd, STATE_NOTIFY_DIR, 0755) < 0 ||
        fchmodat(dirfd, STATE_NOTIFY_DIR, 0755, 0) < 0)
        return err_os(e, errno, "make the directory of NOTIFY_SOCKET");
    return 0;
}

int state_notify_listen(int dirfd, struct err *e)
{
    static const char name[] = STATE_NOTIFY_DIR "/" STATE_NOTIFY_NAME;
    struct sockaddr_un a = name_in(dirfd, name);
    auto_fd fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return err_os(e, errno, "socket");
    /* A start that was killed before it woke the container has left it. */
    unlinkat(dirfd, name, 0);
    if (bind(fd, (struct sockaddr *)&a, sizeof a) < 0 || fchmodat(dirfd, name, 0777, 0) < 0)
        return err_os(e, errno, "make the container's NOTIFY_SOCKET");
    return take_fd(&fd);
}
