// SPDX-License-Identifier: Apache-2.0
/* parent.c - walk the table as the parent: run own rows, answer init where its turn comes. */
#include "boot/boot.h"

#include "base/bare.h"
#include "base/cleanup.h"
#include "base/sys.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

static const char *const message_names[] = {
#define MESSAGE_NAME(name, sender, carries, meaning) #name,
    BOOT_MESSAGES(MESSAGE_NAME)
};

void boot_init(struct boot *b, const struct plan *plan)
{
    *b =
        (struct boot){ .plan = plan, .sync = -1, .init_pidfd = -1, .terminal = -1, .listener = -1 };
    b->hello = (struct boot_hello){ .plan_fd = -1, .target_fd = -1, .trace_fd = -1 };
    b->grants = BOOT_GRANTS_NONE;
}

static void reap(pid_t *pid)
{
    while (*pid > 0 && waitpid(*pid, NULL, __WALL) < 0 && errno == EINTR) {
    }
    *pid = 0;
}

static void kill_all(struct boot *b)
{
    long rc = b->init_pidfd < 0 ? -ENOSYS : sys_pidfd_send_signal(b->init_pidfd, SIGKILL);

    if (b->outer > 0)
        kill(b->outer, SIGKILL); /* our own unreaped child: the number is still its */
    /* So is init's, for where a filter denies pidfds: it would wait for us, and we for it. */
    if (rc < 0 && rc != -ESRCH && b->init > 0)
        kill(b->init, SIGKILL);
    reap(&b->outer);
    reap(&b->init);
}

static void close_grants(struct boot_grants *g)
{
    cleanup_fd(&g->cgroup_fd);
    cleanup_fd(&g->cgroup_procs_fd);
    cleanup_fd(&g->cgroup_fallback_fd);
    cleanup_fd(&g->cgroup_fallback_procs_fd);
    cleanup_fd(&g->barrier_fd);
    cleanup_fd(&g->own_fd);
    cleanup_fd(&g->hook_out_fd);
    cleanup_fd(&g->hook_err_fd);
    for (uint32_t i = 0; i < g->procs_count; i++)
        cleanup_fd(&g->procs_fd[i]);
    g->procs_count = 0;
}

void boot_done(struct boot *b)
{
    int *fds[] = { &b->sync,          &b->init_pidfd,      &b->terminal,      &b->listener,
                   &b->hello.plan_fd, &b->hello.target_fd, &b->hello.trace_fd };

    if (!b->kept)
        kill_all(b);
    reap(&b->outer);
    for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
        cleanup_fd(fds[i]);
    close_grants(&b->grants);
    boot_area_release(b);
    if (b->trace)
        munmap(b->trace, sizeof *b->trace);
    b->trace = NULL;
}

void boot_keep(struct boot *b)
{
    b->kept = true;
}

/* Returns the packet's size, 0 at the end of the conversation; a descriptor lands in b->terminal or
 * b->listener. */
static ssize_t receive(struct boot *b, struct boot_packet *packet)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec iov = { packet, sizeof *packet };
    struct msghdr msg = { .msg_iov = &iov,
                          .msg_iovlen = 1,
                          .msg_control = &control,
                          .msg_controllen = sizeof control.room };
    struct cmsghdr *c;
    ssize_t n;

    /* ECONNRESET comes once, ahead of all that was said: the peer left with a packet of ours
     * unread. */
    do {
        n = recvmsg(b->sync, &msg, MSG_CMSG_CLOEXEC);
    } while (n < 0 && (errno == EINTR || errno == ECONNRESET));
    if (n < 0)
        return -errno;
    c = CMSG_FIRSTHDR(&msg);
    if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
        int *fd = packet->message == BOOT_MSG_LISTENER ? &b->listener : &b->terminal;

        cleanup_fd(fd);
        memcpy(fd, CMSG_DATA(c), sizeof *fd);
    }
    return n;
}

static const char *how_it_died(int status, char *room, size_t size)
{
    if (WIFSIGNALED(status))
        snprintf(room, size, "killed by signal %d%s", WTERMSIG(status),
                 WTERMSIG(status) == SIGKILL ? " (out of memory?)" : "");
    else
        snprintf(room, size, "exited with status %d", WEXITSTATUS(status));
    return room;
}

/* ECONNRESET instead of EPIPE: what it did not read includes packets of ours. */
bool boot_peer_left(int code)
{
    return code == EPIPE || code == ECONNRESET;
}

/* Nobody holds the other end any more and nobody said why. */
int boot_lost(struct boot *b, const char *waiting_for, struct err *e)
{
    const char *who = b->init ? "init" : "outer";
    pid_t *pid = b->init ? &b->init : &b->outer;
    int status = 0, failed;
    char how[64];

    if (*pid > 0 && waitpid(*pid, &status, __WALL) == *pid)
        *pid = 0;
    if (!b->init && (failed = boot_area_release(b)) > 0)
        return err_os(e, failed, "execute davit-init");
    return err_set(e, ERR_PROTOCOL, "%s was %s while the parent waited for %s", who,
                   how_it_died(status, how, sizeof how), waiting_for);
}

static int meet_init(struct boot *b, pid_t pid, struct err *e)
{
    b->init = pid;
    /* Our own unreaped child (CLONE_PARENT): the number can't have passed to another. */
    b->init_pidfd = (int)sys_pidfd_open(pid, 0);
    if (b->init_pidfd < 0)
        return err_os(e, b->init_pidfd, "pidfd_open %d", pid);
    return 0;
}

static int check_turn(const struct boot *b, unsigned row, struct err *e)
{
    if (row != b->row)
        return err_set(e, ERR_PROTOCOL, "init stands before row %u, the parent before %u", row,
                       b->row);
    return 0;
}

static int peer_failed(struct boot *b, const struct boot_packet *packet, struct err *e)
{
    unsigned count;
    const struct row_info *rows = plan_rows(b->plan->kind, &count);
    struct err ignored;

    /* init can be faster than outer's word of it; a child that we never heard of stays a zombie. */
    if (!b->peer_failed && packet->row < count && rows[packet->row].actor == ROW_INIT) {
        b->peer_failed = true;
        boot_await_init(b, &ignored);
    }
    b->peer_failed = true;
    b->failed_row = packet->row;
    *e = packet->err;
    e->text[sizeof e->text - 1] = '\0';
    return e->code > 0 ? -e->code : err_set(e, ERR_PROTOCOL, "failed without a code");
}

/* Take packets until one of the kind wanted. ended: the conversation's end is an answer, too. */
static int expect(struct boot *b, enum boot_message want, bool *ret_ended, struct err *e)
{
    if (want == BOOT_MSG_TURN && b->turn_waits) {
        b->turn_waits = false;
        return check_turn(b, b->turn_row, e);
    }
    for (;;) {
        struct boot_packet packet = { 0 };
        ssize_t n = receive(b, &packet);

        if (n < 0)
            return err_os(e, n, "wait for %s", message_names[want]);
        if (n == 0) {
            if (!ret_ended)
                return boot_lost(b, message_names[want], e);
            *ret_ended = true;
            return 0;
        }
        if (n != sizeof packet || packet.message >= BOOT_MSG_COUNT)
            return err_set(e, ERR_PROTOCOL, "odd packet of %zd bytes", n);
        if (packet.message == BOOT_MSG_FAILED)
            return peer_failed(b, &packet, e);
        if (packet.message == BOOT_MSG_CLONED)
            TRY(meet_init(b, packet.value, e));
        if (packet.message == want)
            return want == BOOT_MSG_TURN ? check_turn(b, packet.row, e) : 0;
        if (packet.message == BOOT_MSG_TURN && want == BOOT_MSG_CLONED) {
            /* init was faster than outer's word of it. */
            b->turn_waits = true;
            b->turn_row = packet.row;
            continue;
        }
        if (packet.message != BOOT_MSG_CLONED && packet.message != BOOT_MSG_TERMINAL)
            return err_set(e, ERR_PROTOCOL, "got %s, expected %s", message_names[packet.message],
                           message_names[want]);
    }
}

int boot_await_init(struct boot *b, struct err *e)
{
    return b->init ? 0 : expect(b, BOOT_MSG_CLONED, NULL, e);
}

int boot_await_listener(struct boot *b, struct err *e)
{
    TRY(expect(b, BOOT_MSG_LISTENER, NULL, e));
    return b->listener < 0 ? err_set(e, ERR_PROTOCOL, "init sent no listener") : 0;
}

/* Descriptors that go out with a DONE, and the value that names them. */
struct grant_list {
    int fds[BOOT_GRANTS_MAX];
    unsigned count;
    uint32_t value;
};

/* Opened here, as the kernel asks for the rights of who opened it: init may be in a user namespace,
 * where it has none over a cgroup that belongs to the container's user. Who can't open it learns
 * that when clone3 is no way either. */
static int open_procs(int cgroup_fd)
{
    return cgroup_fd < 0 ? -1 : openat(cgroup_fd, "cgroup.procs", O_WRONLY | O_CLOEXEC);
}

static struct grant_list list_grants(const struct boot_grants *g)
{
    const int32_t named[] = {
        g->cgroup_fd,  g->cgroup_procs_fd, g->cgroup_fallback_fd, g->cgroup_fallback_procs_fd,
        g->barrier_fd, g->own_fd,          g->hook_out_fd,        g->hook_err_fd,
    };
    struct grant_list l = { .count = 0 };

    for (unsigned i = 0; i < ARRAY_SIZE(named); i++)
        if (named[i] >= 0) {
            l.value |= 1U << i;
            l.fds[l.count++] = named[i];
        }
    for (uint32_t i = 0; i < g->procs_count; i++)
        l.fds[l.count++] = g->procs_fd[i];
    l.value |= g->procs_count << 8;
    return l;
}

static int say_done(struct boot *b, unsigned row, const struct grant_list *l, struct err *e)
{
    struct boot_packet packet = { .message = BOOT_MSG_DONE, .row = row, .value = b->done_value };
    struct iovec iov = { &packet, sizeof packet };
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof l->fds)];
    } control = { .header = { .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS } };
    struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

    if (l && l->count) {
        control.header.cmsg_len = CMSG_LEN(l->count * sizeof l->fds[0]);
        memcpy(CMSG_DATA(&control.header), l->fds, l->count * sizeof l->fds[0]);
        msg.msg_control = &control;
        msg.msg_controllen = CMSG_SPACE(l->count * sizeof l->fds[0]);
    }
    if (l)
        packet.value = (int32_t)l->value;
    b->done_value = 0;
    if (sendmsg(b->sync, &msg, MSG_NOSIGNAL) >= 0)
        return 0;
    if (!boot_peer_left(errno))
        return err_os(e, errno, "send DONE");
    /* Whoever should take it has left, and has said why if it could. */
    return expect(b, BOOT_MSG_DONE, NULL, e) < 0 ? -e->code : err_set(e, ERR_PROTOCOL, "init left");
}

int boot_row_hand_over(struct boot *b, struct err *e)
{
    struct grant_list l;
    int rc;

    b->grants.cgroup_procs_fd = open_procs(b->grants.cgroup_fd);
    b->grants.cgroup_fallback_procs_fd = open_procs(b->grants.cgroup_fallback_fd);
    l = list_grants(&b->grants);
    rc = say_done(b, b->row, &l, e);
    /* The listener and the cgroup are outer's and init's alone from here on. */
    close_grants(&b->grants);
    return rc;
}

int boot_row_nothing(struct boot *b, struct err *e)
{
    return b && e ? 0 : -EINVAL;
}

static int meet_fault(struct boot *b, const struct row_info *row, struct err *e)
{
    if (b->hello.fault == BOOT_FAULT_NONE || b->hello.fault_row != b->row)
        return 0;
    if (b->hello.fault == BOOT_FAULT_FAIL)
        return err_os(e, EIO, "%s: fault point", row->name);
    raise(b->hello.fault == BOOT_FAULT_KILL ? SIGKILL : SIGSTOP);
    return 0;
}

static int run_own(struct boot *b, const struct row_info *row, struct err *e)
{
    uint64_t begin = b->trace ? bare_now_ns() : 0;

    TRY(meet_fault(b, row, e));
    if (b->handlers[b->row](b, e) < 0) /* a peer's error has its row's name already */
        return b->peer_failed ? -e->code : err_wrap(e, "%s", row->name);
    if (b->trace)
        boot_trace_row(b, begin);
    return 0;
}

/* init asked before the first of our adjacent rows; it goes on when the last of them is done. */
struct turn {
    bool open;
    unsigned row;
};

static int close_turn(struct boot *b, struct turn *t, struct err *e)
{
    if (!t->open)
        return 0;
    t->open = false;
    return say_done(b, t->row, NULL, e);
}

/* Outer's last rows run beside init's: before init goes past us they must have been done. */
static int await_outer(struct boot *b, struct err *e)
{
    struct pollfd p = { .fd = b->sync, .events = POLLIN };
    int status = 0;
    char how[64];

    if (b->outer == 0)
        return 0;
    while (waitpid(b->outer, &status, __WALL) < 0)
        if (errno != EINTR)
            return err_os(e, errno, "wait for outer");
    b->outer = 0;
    if (status == 0)
        return 0;
    /* If it said why, it did so before it left; init keeps the conversation open, so don't wait. */
    if (WIFEXITED(status) && poll(&p, 1, 0) > 0 && expect(b, BOOT_MSG_FAILED, NULL, e) < 0)
        return -e->code;
    return err_set(e, ERR_PROTOCOL, "outer was %s", how_it_died(status, how, sizeof how));
}

/* Rows that nobody asks for. */
static int run_unasked(struct boot *b, const struct row_info *row, struct err *e)
{
    /* init goes past this one without another word, so outer's last rows must be behind us. */
    if (row->actor == ROW_AHEAD && b->init)
        TRY(await_outer(b, e));
    TRY(run_own(b, row, e));
    return row->actor == ROW_AHEAD && b->init ? say_done(b, b->row, NULL, e) : 0;
}

static int walk(struct boot *b, struct err *e)
{
    unsigned count;
    const struct row_info *rows = plan_rows(b->plan->kind, &count);
    struct turn turn = { 0 };
    bool spawned = false;

    for (b->row = 0; b->row < count; b->row++) {
        const struct row_info *row = &rows[b->row];

        if (!row->when(b->plan))
            continue;
        if (row->actor != ROW_PARENT) {
            TRY(close_turn(b, &turn, e));
            spawned = true;
            if (row_is_parents(row))
                TRY(run_unasked(b, row, e));
            continue;
        }
        if (spawned && !turn.open) {
            TRY(expect(b, BOOT_MSG_TURN, NULL, e));
            TRY(boot_await_init(b, e));
            TRY(await_outer(b, e));
            turn = (struct turn){ true, b->row };
        }
        TRY(run_own(b, row, e));
    }
    return close_turn(b, &turn, e);
}

/* execve closes init's end of the conversation: silence is success. */
static int await_payload(struct boot *b, struct err *e)
{
    bool ended;

    TRY(await_outer(b, e));
    return expect(b, BOOT_MSG_HELLO, &ended, e);
}

int boot_run(struct boot *b, struct err *e)
{
    TRY(walk(b, e));
    return b->plan->flags & PLAN_START_BARRIER ? 0 : await_payload(b, e);
}
