// SPDX-License-Identifier: Apache-2.0
/*
 * spawn.c - start outer: a child that executes the sealed executable and nothing else.
 *
 * The child shares our memory until the execve, so it only makes system calls, on a stack of its
 * own: unlike after vfork we go on meanwhile. fork would copy the page tables of an embedding
 * program (19 ms for 1 GB), posix_spawn can't execute a descriptor.
 */
#include "boot/boot.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/sys.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdalign.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

/* The plan in memory that can't change any more, mapped by outer and init. */
static int seal_plan(const struct plan *p, struct err *e)
{
    auto_fd fd = memfd_create("davit-plan", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    int rc;

    if (fd < 0)
        return err_os(e, errno, "memfd_create");
    rc = write_all(fd, p, p->size);
    if (rc < 0)
        return err_os(e, rc, "write the plan");
    if (fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
        return err_os(e, errno, "seal the plan");
    return take_fd(&fd);
}

enum { STACK_SIZE = 32768, HELLO_FDS = 3 };

/* What the child works with; ours again when it has executed or died. */
struct boot_area {
    int exe;
    int sync; /* all that outer inherits besides the payload's own */
    unsigned preserve_fds;
    char number[16];
    char *argv[3];
    volatile int failed; /* errno of the execve */
    alignas(16) char stack[STACK_SIZE];
};

static long set_close_on_exec(unsigned fd, bool on)
{
    return SYS_3(__NR_fcntl, fd, F_SETFD, on ? FD_CLOEXEC : 0);
}

/* No C library from here on: errno and locks are shared with the parent. */
__attribute__((no_sanitize("address", "undefined"))) static int become_outer(void *area)
{
    struct boot_area *a = area;
    static char *const none[] = { NULL };

    if (sys_close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
        for (unsigned fd = 3; fd < 65536; fd++)
            set_close_on_exec(fd, true);
    set_close_on_exec((unsigned)a->sync, false);
    for (unsigned fd = 3; fd < 3 + a->preserve_fds; fd++)
        set_close_on_exec(fd, false);
    /* No environment: what the caller keeps there is none of the container's business. */
    a->failed = (int)-SYS_5(__NR_execveat, a->exe, "", a->argv, none, AT_EMPTY_PATH);
    SYS_1(__NR_exit_group, 127);
    return 0;
}

int boot_area_release(struct boot *b)
{
    int failed = b->area ? b->area->failed : 0;

    free(b->area);
    b->area = NULL;
    return failed;
}

static int fill_area(struct boot *b, int exe, int sync, struct err *e)
{
    struct boot_area *a = malloc(sizeof *a);

    if (!a)
        return err_os(e, ENOMEM, "start outer");
    /* Not the stack: its pages stay untouched but for the few that are used. */
    a->exe = exe;
    a->sync = sync;
    a->preserve_fds = b->hello.preserve_fds;
    a->failed = 0;
    snprintf(a->number, sizeof a->number, "%d", sync);
    a->argv[0] = (char *)(uintptr_t) "davit-init";
    a->argv[1] = a->number;
    a->argv[2] = NULL;
    b->area = a;
    return 0;
}

static int clone_child(struct boot *b, struct err *e)
{
    sigset_t all, before;
    pid_t pid;

    /* A handler of the caller's must not run in the child on shared memory. */
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    pid = clone(become_outer, b->area->stack + STACK_SIZE, CLONE_VM | SIGCHLD, b->area);
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (pid < 0)
        return err_os(e, errno, "clone outer");
    b->outer = pid;
    /* Schedulers like to put a new process behind its parent, where it would wait until we sleep.
     * Let it come as far as its execve, which is where they look for an idle CPU. */
    sched_yield();
    return 0;
}

int boot_start(struct boot *b, unsigned preserve_fds, struct err *e)
{
    auto_fd own = -EBADF; /* until outer has it, too */
    int exe = boot_executable(&own, e), pair[2];

    if (exe < 0)
        return exe;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return err_os(e, errno, "socketpair");
    auto_fd theirs = pair[1];
    b->sync = pair[0];
    b->hello.preserve_fds = preserve_fds;
    TRY(fill_area(b, exe, theirs, e));
    return clone_child(b, e);
}

void boot_hint_network(struct boot *b)
{
    const struct boot_hint hint = { .clone_flags = CLONE_NEWNET };

    /* Whatever is wrong with the peer, sending HELLO will tell. */
    send(b->sync, &hint, sizeof hint, MSG_NOSIGNAL);
}

static int send_hello(struct boot *b, struct err *e)
{
    const int all[HELLO_FDS] = { b->hello.plan_fd, b->hello.target_fd, b->hello.trace_fd };
    struct iovec iov = { &b->hello, sizeof b->hello };
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof all)];
    } control = { .header = { .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS } };
    struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control };
    size_t count = 0;

    for (size_t i = 0; i < HELLO_FDS; i++)
        if (all[i] >= 0)
            memcpy(CMSG_DATA(&control.header) + count++ * sizeof all[i], &all[i], sizeof all[i]);
    control.header.cmsg_len = CMSG_LEN(count * sizeof all[0]);
    msg.msg_controllen = CMSG_SPACE(count * sizeof all[0]);
    if (sendmsg(b->sync, &msg, MSG_NOSIGNAL) >= 0)
        return 0;
    if (!boot_peer_left(errno))
        return err_os(e, errno, "send HELLO");
    return boot_lost(b, "it to take HELLO", e);
}

int boot_row_brief(struct boot *b, struct err *e)
{
    int rc;

    b->hello.plan_fd = seal_plan(b->plan, e);
    if (b->hello.plan_fd < 0)
        return -e->code;
    rc = send_hello(b, e);
    cleanup_fd(&b->hello.plan_fd);
    return rc;
}
