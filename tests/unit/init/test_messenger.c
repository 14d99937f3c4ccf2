// SPDX-License-Identifier: Apache-2.0
/* test_messenger.c - the filter's listener leaves by another thread, or nobody waits for it. */
#include "sandbox.h"

#include "plan/writer.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>

/* A filter of one instruction with an agent. */
static const struct plan *plan_listener(void)
{
    static const struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct plan *plan = NULL;
    struct plan_writer w;
    struct plan_list list;
    plan_str agent;
    struct err e;

    plan_writer_init(&w);
    agent = plan_add_text(&w, "/agent");
    list = plan_add_items(&w, &allow, 1, sizeof allow);
    plan_header(&w)->listener = agent;
    plan_header(&w)->seccomp = list;
    EXPECT(plan_writer_finish(&w, 0, &plan, &e) == 0);
    plan_writer_done(&w);
    return plan;
}

/* A conversation whose other end is the test's. */
static int converse(int *ret)
{
    int pair[2];

    EXPECT(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
    *ret = pair[1];
    return pair[0];
}

/* One packet into ret, and the file that came with it: its inode, 0 without one. */
static ino_t take_packet(int sock, void *ret, size_t size)
{
    struct iovec iov = { ret, size };
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control = { 0 };
    struct msghdr msg = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control
    };
    struct stat st = { 0 };
    int fd;

    EXPECT(recvmsg(sock, &msg, MSG_DONTWAIT) == (ssize_t)size);
    if (msg.msg_controllen < sizeof control)
        return 0;
    memcpy(&fd, CMSG_DATA(&control.header), sizeof fd);
    EXPECT(fstat(fd, &st) == 0);
    return st.st_ino;
}

/* What the plan's listener is answered with in place of the kernel's. */
static int answer_with_file(struct init *in, ino_t *ret_inode)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    struct stat st = { 0 };

    EXPECT(fstat(fd, &st) == 0);
    *ret_inode = st.st_ino;
    *in = sandbox_init(plan_listener());
    fake_rule(&(struct fake_rule){ .call = __NR_seccomp, .any_second = true, .answer = fd });
    return fd;
}

TEST(the_listener_has_reached_the_parent_when_the_row_is_done)
{
    IN_SANDBOX(0)
    {
        struct boot_packet packet = { 0 };
        struct err e = { 0 };
        struct init in;
        ino_t inode;
        int sock;

        answer_with_file(&in, &inode);
        sock = converse(&in.sync);
        EXPECT(row_messenger(&in, &e) == 0 && row_seccomp(&in, &e) == 0);
        EXPECT(take_packet(sock, &packet, sizeof packet) == inode);
        EXPECT(packet.message == BOOT_MSG_LISTENER);
    }
}

TEST(after_the_barrier_the_listener_goes_to_start)
{
    IN_SANDBOX(0)
    {
        struct barrier_packet packet = { 0 };
        struct err e = { 0 };
        struct init in;
        ino_t inode;
        int sock;

        answer_with_file(&in, &inode);
        sock = converse(&in.start);
        EXPECT(row_messenger(&in, &e) == 0 && row_seccomp_privileged(&in, &e) == 0);
        EXPECT(take_packet(sock, &packet, sizeof packet) == inode);
        EXPECT(packet.magic == BARRIER_MAGIC && packet.message == BARRIER_LISTENER);
    }
}

/* The thread ends the process: nobody would ever answer its calls. */
TEST(a_listener_that_nobody_takes_ends_init)
{
    IN_SANDBOX(0)
    {
        struct err e = { 0 };
        int status = 0;
        pid_t child = fork();

        if (child == 0) {
            struct init in;
            ino_t inode;

            answer_with_file(&in, &inode);
            close(converse(&in.sync));
            row_messenger(&in, &e);
            row_seccomp(&in, &e);
            pause();
        }
        EXPECT(waitpid(child, &status, 0) == child);
        EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    }
}

TEST(a_filter_that_is_refused_is_an_error_and_sends_nothing)
{
    IN_SANDBOX(0)
    {
        struct err e = { 0 };
        struct pollfd p = { .events = POLLIN };
        struct init in;
        ino_t inode;

        answer_with_file(&in, &inode);
        fake_forget();
        fake_deny(__NR_seccomp, EACCES);
        p.fd = converse(&in.sync);
        EXPECT(row_messenger(&in, &e) == 0);
        EXPECT_ERROR(row_seccomp(&in, &e), e, EACCES, "linux.seccomp: load 1 instructions");
        EXPECT(poll(&p, 1, 0) == 0);
    }
}

TEST(without_memory_for_a_stack_or_a_thread_there_is_an_error)
{
    IN_SANDBOX(0)
    {
        struct init in = sandbox_init(NULL);
        struct err e = { 0 };

        fake_deny(SYS_NR_MMAP, ENOMEM);
        EXPECT_ERROR(row_messenger(&in, &e), e, ENOMEM, "map a stack");
    }
}

TEST_MAIN()
