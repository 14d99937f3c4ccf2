// SPDX-License-Identifier: Apache-2.0
/* conversation.c - outer's and init's side of the packets in plan/message.h. */
#include "init/init.h"

#include <errno.h>
#include <linux/sched.h>
#include <linux/socket.h>
#include <sys/socket.h>

static const char *const message_names[] = {
#define MESSAGE_NAME(name, sender, carries, meaning) #name,
    BOOT_MESSAGES(MESSAGE_NAME)
};

/* Descriptors that came with a packet, in their order. */
struct granted {
    int fds[BOOT_GRANTS_MAX];
    unsigned count;
};

static long receive(int sock, void *packet, size_t size, struct granted *ret)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof ret->fds)];
    } control;
    struct iovec iov = { packet, size };
    struct msghdr msg = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control
    };
    long n;

    ret->count = 0;
    do {
        n = SYS_3(__NR_recvmsg, sock, &msg, MSG_CMSG_CLOEXEC);
    } while (n == -EINTR);
    if (n > 0 && msg.msg_controllen >= CMSG_LEN(0) && control.header.cmsg_type == SCM_RIGHTS) {
        ret->count = (unsigned)((control.header.cmsg_len - CMSG_LEN(0)) / sizeof ret->fds[0]);
        if (ret->count > BOOT_GRANTS_MAX)
            ret->count = BOOT_GRANTS_MAX;
        bare_copy(ret->fds, CMSG_DATA(&control.header), ret->count * sizeof ret->fds[0]);
    }
    return n;
}

int init_receive_hello(struct init *in, struct err *e)
{
    int32_t *const fds[] = { &in->hello.plan_fd, &in->hello.target_fd, &in->hello.trace_fd };
    struct granted granted;
    struct boot_hint hint;
    unsigned next = 0;
    long n;

    _Static_assert(sizeof hint < sizeof in->hello, "told apart by their size");
    while ((n = receive(in->sync, &in->hello, sizeof in->hello, &granted)) == sizeof hint) {
        bare_copy(&hint, &in->hello, sizeof hint);
        if (hint.clone_flags & CLONE_NEWNET)
            network_prepare(in);
    }
    if (n < 0)
        return err_os(e, n, "receive HELLO");
    if (n != sizeof in->hello)
        return err_set(e, ERR_PROTOCOL, "receive HELLO: %ld bytes", n);
    for (unsigned i = 0; i < sizeof fds / sizeof fds[0]; i++)
        if (*fds[i] >= 0)
            *fds[i] = next < granted.count ? granted.fds[next++] : -1;
    return 0;
}

int init_send_packet(int sock, void *packet, size_t size, int fd)
{
    struct iovec iov = { packet, size };
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control = { .header = { CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS } };
    struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
    long n;

    if (fd >= 0) {
        bare_copy(CMSG_DATA(&control.header), &fd, sizeof fd);
        msg.msg_control = &control;
        msg.msg_controllen = sizeof control.room;
    }
    do {
        n = SYS_3(__NR_sendmsg, sock, &msg, MSG_NOSIGNAL);
    } while (n == -EINTR);
    return n < 0 ? (int)n : 0;
}

int init_send(struct init *in, enum boot_message message, int32_t value, int fd,
              const struct err *why)
{
    struct boot_packet packet = { .message = message, .row = in->row, .value = value };

    if (why)
        packet.err = *why;
    return init_send_packet(in->sync, &packet, sizeof packet, fd);
}

static void take_grants(struct boot_grants *g, uint32_t value, const struct granted *granted)
{
    int32_t *const named[] = {
        &g->cgroup_fd,  &g->cgroup_procs_fd, &g->cgroup_fallback_fd, &g->cgroup_fallback_procs_fd,
        &g->barrier_fd, &g->own_fd,          &g->hook_out_fd,        &g->hook_err_fd,
    };
    unsigned next = 0;

    for (unsigned i = 0; i < sizeof named / sizeof named[0]; i++)
        if ((value >> i & 1) && next < granted->count)
            *named[i] = granted->fds[next++];
    for (unsigned i = 0; i < value >> 8 && i < BOOT_PROCS_MAX && next < granted->count; i++)
        g->procs_fd[g->procs_count++] = granted->fds[next++];
}

int init_await_done(struct init *in, struct err *e)
{
    struct boot_packet packet;
    struct granted granted;
    long n = receive(in->sync, &packet, sizeof packet, &granted);

    if (n < 0)
        return err_os(e, n, "wait for DONE");
    /* The parent vanished: nobody would ever know of this container, so it must not live on. */
    if (n == 0)
        return err_set(e, ERR_PROTOCOL, "parent exited while init waited for DONE");
    if (n != sizeof packet || packet.message >= BOOT_MSG_COUNT)
        return err_set(e, ERR_PROTOCOL, "odd packet of %ld bytes from parent", n);
    if (packet.message != BOOT_MSG_DONE || packet.row != in->row)
        return err_set(e, ERR_PROTOCOL, "parent sent %s for row %u, init expected DONE for row %u",
                       message_names[packet.message], packet.row, in->row);
    if (!in->cloned)
        take_grants(&in->grants, (uint32_t)packet.value, &granted);
    else if (packet.value)
        in->setgroups_denied = true;
    return 0;
}

int init_ask_parent(struct init *in, struct err *e)
{
    int rc = init_send(in, BOOT_MSG_TURN, 0, -1, NULL);

    return rc < 0 ? err_os(e, rc, "send TURN") : init_await_done(in, e);
}

/* Tell whoever waits: `start` when it woke us, the parent otherwise. */
void init_report(struct init *in, const struct err *e)
{
    struct barrier_packet packet = { .magic = BARRIER_MAGIC,
                                     .version = BARRIER_VERSION,
                                     .message = BARRIER_FAILED,
                                     .code = e->code,
                                     .kind = e->kind };

    if (in->start < 0) {
        init_send(in, BOOT_MSG_FAILED, 0, -1, e);
        return;
    }
    bare_copy(packet.text, e->text, sizeof packet.text);
    sys_call(__NR_sendto, in->start, (long)&packet, sizeof packet, MSG_NOSIGNAL, 0, 0);
}
