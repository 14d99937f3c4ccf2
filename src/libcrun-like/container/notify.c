// SPDX-License-Identifier: Apache-2.0
/* notify.c - hear READY=1 from the container, tell the host. */
#include "container/notify.h"

#include "base/cleanup.h"
#include "container/stream.h"
#include "state/state.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { MESSAGE_MAX = 4096, HOST_WAIT_MS = 30000 };

int notify_open(const davit_context *c, int dirfd, struct notify *ret, struct err *e)
{
    *ret = (struct notify){ .context = c, .inside = state_notify_listen(dirfd, e), .host = -1 };
    return ret->inside < 0 ? ret->inside : 0;
}

void notify_done(struct notify *n)
{
    cleanup_fd(&n->inside);
    cleanup_fd(&n->host);
}

struct pollfd notify_poll(const struct notify *n)
{
    if (n->inside >= 0)
        return (struct pollfd){ .fd = n->inside, .events = POLLIN };
    return (struct pollfd){ .fd = n->host, .events = POLLOUT };
}

/* Has the next message the line? One at a time: a container that never stops must not keep us from
 * everything else. The kernel drops descriptors that come with it, and what is too long. */
static bool hear_ready(struct notify *n)
{
    static const char ready[] = "\nREADY=1\n";
    char text[MESSAGE_MAX + 2] = "\n";
    ssize_t size = recv(n->inside, text + 1, MESSAGE_MAX, 0);

    if (size < 0)
        return false;
    text[1 + size] = '\n';
    return memmem(text, (size_t)size + 2, ready, sizeof ready - 1);
}

/* The container is not harmed by a host that can't be told: it is up. */
static void give_up(struct notify *n, const char *what, int code)
{
    char line[ERR_TEXT_MAX + 64];
    struct err e;

    err_os(&e, code, "NOTIFY_SOCKET '%s': %s", n->context->notify_socket, what);
    err_format(&e, line, sizeof line);
    context_warn(n->context, "%s", line);
    notify_done(n);
}

/* A path or, with "@" before it, an abstract name. */
static void connect_host(struct notify *n)
{
    const char *address = n->context->notify_socket;
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    size_t length = strlen(address);

    n->host = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if ((address[0] != '/' && address[0] != '@') || length >= sizeof a.sun_path)
        return give_up(n, "connect", EAFNOSUPPORT);
    memcpy(a.sun_path, address, length);
    if (a.sun_path[0] == '@')
        a.sun_path[0] = '\0';
    if (connect(n->host, (struct sockaddr *)&a,
                (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) < 0)
        give_up(n, "connect", errno);
}

/* sd_notify_barrier(3): who leaves before its message was looked at may be taken for nobody. A host
 * that knows no barriers closes the descriptor, too, unless it does not read at all. */
static void await_note(int host)
{
    static const char barrier[] = "BARRIER=1";
    auto_fd mine = -EBADF, theirs = -EBADF;
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) < 0)
        return;
    mine = fds[0];
    theirs = fds[1];
    if (stream_send(host, barrier, sizeof barrier - 1, theirs) < 0)
        return;
    cleanup_fd(&theirs);
    poll(&(struct pollfd){ .fd = mine }, 1, HOST_WAIT_MS);
}

static void tell_host(struct notify *n)
{
    char text[64];
    int size = n->main_pid ? snprintf(text, sizeof text, "READY=1\nMAINPID=%d", n->main_pid)
                           : snprintf(text, sizeof text, "READY=1");

    if (send(n->host, text, (size_t)size, MSG_NOSIGNAL) < 0) {
        if (errno != EAGAIN && errno != EINTR)
            give_up(n, "send", errno);
        return;
    }
    /* Who stays with its container can be asked later. */
    if (n->main_pid)
        await_note(n->host);
    notify_done(n);
}

void notify_turn(struct notify *n)
{
    if (n->inside >= 0 && hear_ready(n)) {
        cleanup_fd(&n->inside);
        connect_host(n);
    }
    if (n->host >= 0)
        tell_host(n);
}

void notify_attend(struct notify *n, int process)
{
    for (;;) {
        struct pollfd p[] = { notify_poll(n), { .fd = process, .events = POLLIN } };
        int wait = n->host >= 0 ? HOST_WAIT_MS : process < 0 ? 0 : -1;
        int rc = p[0].fd < 0 ? 0 : poll(p, ARRAY_SIZE(p), wait);

        if (rc == 0 && n->host >= 0)
            give_up(n, "send", ETIMEDOUT);
        if (rc == 0)
            return; /* all is said, or nothing will be */
        if (rc > 0 && p[1].revents)
            process = -1;
        notify_turn(n);
    }
}
