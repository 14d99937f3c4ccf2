// SPDX-License-Identifier: Apache-2.0
/*
 * messenger.c - the seccomp filter, and the thread that gets its notification listener out.
 *
 * How it works: the listener is a descriptor of ours, and once it exists the filter is in force: a
 * sendmsg of our own could be one of the calls that wait for the agent, who has nothing to answer
 * with yet. So a second thread is there before. It shares our descriptors and not our filter
 * (filters are per thread), takes the descriptor's number from memory, sends it and ends; execve
 * removes whatever is left of it. That needs no right to look into a process, so it is the same for
 * root, rootless and under Yama.
 */
#include "init/init.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/socket.h>

enum {
    STACK_SIZE = 16384,
    SPINS = 1 << 16, /* some tens of microseconds, the time of a sendmsg */
};

/* What the two threads tell each other. The listener's number is shifted by one: 0 is "not yet". */
static struct {
    int listener; /* -1: there will be none */
    int sent;
} shared;

static int send_to_start(struct init *in, int fd)
{
    struct barrier_packet packet = { .magic = BARRIER_MAGIC,
                                     .version = BARRIER_VERSION,
                                     .message = BARRIER_LISTENER };

    return init_send_packet(in->start, &packet, sizeof packet, fd);
}

static void carry(void *arg)
{
    struct init *in = arg;
    int number, rc = 0;

    while ((number = __atomic_load_n(&shared.listener, __ATOMIC_ACQUIRE)) == 0)
        SYS_0(__NR_sched_yield);
    if (number > 0)
        rc = in->start >= 0 ? send_to_start(in, number - 1)
                            : init_send(in, BOOT_MSG_LISTENER, 0, number - 1, NULL);
    /* Nobody is there to take it, so nobody would ever answer. */
    if (rc < 0)
        SYS_1(__NR_exit_group, 1);
    __atomic_store_n(&shared.sent, 1, __ATOMIC_RELEASE);
    for (;;)
        SYS_1(__NR_exit, 0);
}

int row_messenger(struct init *in, struct err *e)
{
    long stack = vector_map(STACK_SIZE), rc;

    if (stack < 0 && stack > -4096)
        return err_os(e, stack, "map a stack");
    rc = sys_thread(CLONE_VM | CLONE_THREAD | CLONE_SIGHAND | CLONE_FS | CLONE_FILES,
                    (char *)stack + STACK_SIZE, carry, in);
    return rc < 0 ? err_os(e, rc, "linux.seccomp: clone a thread") : 0;
}

/* Without a system call, as the filter may have something about any of them. Only when the other
 * thread seems to wait for our CPU do we leave it, by a harmless one; yielding would not do, as our
 * policy may be above the other's. */
static void await_sent(void)
{
    const long pause[] = { 0, 20000 }; /* seconds, nanoseconds */

    for (unsigned i = 0; !__atomic_load_n(&shared.sent, __ATOMIC_ACQUIRE); i++)
        if (i > SPINS)
            SYS_2(__NR_nanosleep, pause, NULL);
}

int row_seccomp(struct init *in, struct err *e)
{
    struct sock_fprog program = { .len = (unsigned short)in->plan->seccomp.count,
                                  .filter = (struct sock_filter *)(uintptr_t)plan_items(
                                      in->plan, in->plan->seccomp) };
    long rc = SYS_3(__NR_seccomp, SECCOMP_SET_MODE_FILTER, in->plan->seccomp_flags, &program);

    if (in->plan->listener)
        __atomic_store_n(&shared.listener, rc < 0 ? -1 : (int)rc + 1, __ATOMIC_RELEASE);
    if (rc < 0)
        return err_os(e, rc, "linux.seccomp: load %u instructions", in->plan->seccomp.count);
    /* execve would close it. */
    if (in->plan->listener)
        await_sent();
    return 0;
}

int row_seccomp_privileged(struct init *in, struct err *e)
{
    return row_seccomp(in, e);
}
