// SPDX-License-Identifier: Apache-2.0
/* socket.c - the start barrier's socket, named through its directory's descriptor (P15). */
#include "state/state.h"

#include "base/cleanup.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

/* A path of any length fits, and the directory can't be swapped for another. */
static struct sockaddr_un name_in(int dirfd)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };

    snprintf(a.sun_path, sizeof a.sun_path, "/proc/thread-self/fd/%d/start", dirfd);
    return a;
}

static int open_socket(struct err *e)
{
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    return fd < 0 ? err_os(e, errno, "socket") : fd;
}

int state_barrier_listen(int dirfd, struct err *e)
{
    struct sockaddr_un a = name_in(dirfd);
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
    struct sockaddr_un a = name_in(dirfd);
    auto_fd fd = open_socket(e);

    if (fd < 0)
        return fd;
    if (connect(fd, (struct sockaddr *)&a, sizeof a) < 0)
        return err_os(e, errno, "connect to the start barrier");
    return take_fd(&fd);
}
