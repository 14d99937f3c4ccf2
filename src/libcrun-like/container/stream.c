// SPDX-License-Identifier: Apache-2.0
/* stream.c - connect to a socket by its path, send bytes and one descriptor. */
#include "container/stream.h"

#include "base/cleanup.h"
#include "base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

enum { PATIENCE_S = 10 };

static int name_of(const char *path, struct sockaddr_un *ret, int *ret_file)
{
    *ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
    if (strlen(path) < sizeof ret->sun_path) {
        memcpy(ret->sun_path, path, strlen(path) + 1);
        return 0;
    }
    /* Longer than an address: through a descriptor of the socket file, never truncated (P15). */
    *ret_file = open(path, O_PATH | O_CLOEXEC);
    if (*ret_file < 0)
        return -errno;
    snprintf(ret->sun_path, sizeof ret->sun_path, "/proc/thread-self/fd/%d", *ret_file);
    return 0;
}

int stream_connect(const char *path)
{
    /* The kernel heeds it in connect, too, when the listener's queue is full. */
    const struct timeval patience = { .tv_sec = PATIENCE_S };
    auto_fd sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto_fd file = -EBADF;
    struct sockaddr_un a;

    if (sock < 0 || setsockopt(sock, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) < 0)
        return -errno;
    TRY(name_of(path, &a, &file));
    while (connect(sock, (struct sockaddr *)&a, sizeof a) < 0)
        if (errno != EINTR)
            return errno == EAGAIN ? -ETIMEDOUT : -errno;
    return take_fd(&sock);
}

static ssize_t send_some(int sock, struct iovec *data, int fd)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control = { .header = { CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS } };
    struct msghdr msg = { .msg_iov = data, .msg_iovlen = 1 };

    if (fd >= 0) {
        memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
        msg.msg_control = &control;
        msg.msg_controllen = sizeof control.room;
    }
    return sendmsg(sock, &msg, MSG_NOSIGNAL);
}

int stream_send(int sock, const void *data, size_t len, int fd)
{
    struct iovec rest = { (void *)(uintptr_t)data, len };

    while (rest.iov_len) {
        ssize_t n = send_some(sock, &rest, fd);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN ? -ETIMEDOUT : -errno;
        rest.iov_base = (char *)rest.iov_base + n;
        rest.iov_len -= (size_t)n;
        fd = -1; /* with the first call only */
    }
    return 0;
}
