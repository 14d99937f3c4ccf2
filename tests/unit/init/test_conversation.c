// SPDX-License-Identifier: Apache-2.0
/* test_conversation.c - outer's and init's side of the packets: what they take and what they don't.
 */
#include "sandbox.h"

/* An init whose parent is the test. */
static int converse(struct init *in)
{
    int pair[2];

    *in = sandbox_init(NULL);
    EXPECT(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
    in->sync = pair[1];
    return pair[0];
}

static void say(int sock, const void *packet, size_t size, const int *fds, unsigned count)
{
    struct iovec iov = { (void *)(uintptr_t)packet, size };
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int) * BOOT_GRANTS_MAX)];
    } control = { .header = { .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS } };
    struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

    if (count) {
        control.header.cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(&control.header), fds, count * sizeof(int));
        msg.msg_control = &control;
        msg.msg_controllen = CMSG_SPACE(count * sizeof(int));
    }
    EXPECT(sendmsg(sock, &msg, MSG_NOSIGNAL) == (ssize_t)size);
}

static bool same_file(int a, int b)
{
    struct stat x, y;

    return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_ino == y.st_ino && x.st_dev == y.st_dev;
}

TEST(hello_brings_its_descriptors_in_order)
{
    const struct boot_hello hello = { .plan_fd = 0, .target_fd = -1, .trace_fd = 0 };
    auto_scratch s = scratch_make();
    struct err e = { 0 };
    struct init in;
    auto_fd sock = converse(&in);
    int fds[] = { s.fd, sock };

    say(sock, &hello, sizeof hello, fds, 2);
    EXPECT(init_receive_hello(&in, &e) == 0);
    EXPECT(same_file(in.hello.plan_fd, s.fd) && same_file(in.hello.trace_fd, sock));
    EXPECT(in.hello.target_fd == -1);
    close(in.hello.plan_fd);
    close(in.hello.trace_fd);
    close(in.sync);
}

TEST(a_descriptor_that_did_not_come_is_none)
{
    const struct boot_hello hello = { .plan_fd = 0, .target_fd = 0, .trace_fd = 0 };
    struct err e = { 0 };
    struct init in;
    auto_fd sock = converse(&in);

    say(sock, &hello, sizeof hello, NULL, 0);
    EXPECT(init_receive_hello(&in, &e) == 0);
    EXPECT(in.hello.plan_fd == -1 && in.hello.target_fd == -1 && in.hello.trace_fd == -1);
    close(in.sync);
}

TEST(a_hello_of_another_size_or_none_is_an_error)
{
    struct err e = { 0 };
    struct init in;
    auto_fd sock = converse(&in);

    say(sock, "odd", 3, NULL, 0);
    EXPECT_ERROR(init_receive_hello(&in, &e), e, EPROTO, "receive HELLO: 3 bytes");
    cleanup_fd(&sock);
    EXPECT_ERROR(init_receive_hello(&in, &e), e, EPROTO, "receive HELLO: 0 bytes");
    close(in.sync);
    EXPECT_ERROR(init_receive_hello(&in, &e), e, EBADF, "receive HELLO");
}

TEST(only_the_done_that_is_awaited_will_do)
{
    static const struct {
        struct boot_packet packet;
        size_t size;
        const char *text;
    } rows[] = {
        { { .message = BOOT_MSG_DONE, .row = 3 }, sizeof(struct boot_packet), "" },
        { { .message = BOOT_MSG_DONE, .row = 4 },
          sizeof(struct boot_packet),
          "parent sent DONE for row 4, init expected DONE for row 3" },
        { { .message = BOOT_MSG_TURN, .row = 3 },
          sizeof(struct boot_packet),
          "parent sent TURN for row 3, init expected DONE for row 3" },
        { { .message = BOOT_MSG_COUNT, .row = 3 },
          sizeof(struct boot_packet),
          "odd packet of 508 bytes from parent" },
        { { .message = BOOT_MSG_DONE, .row = 3 }, 8, "odd packet of 8 bytes from parent" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct boot_packet asked = { 0 };
        struct err e = { 0 };
        struct init in;
        auto_fd sock = converse(&in);

        in.row = 3;
        say(sock, &rows[i].packet, rows[i].size, NULL, 0);
        EXPECT((init_ask_parent(&in, &e) < 0) == (rows[i].text[0] != '\0'));
        EXPECT_STR(e.text, rows[i].text);
        EXPECT(recv(sock, &asked, sizeof asked, 0) == sizeof asked);
        EXPECT(asked.message == BOOT_MSG_TURN && asked.row == 3);
        close(in.sync);
    }
}

TEST(a_parent_that_left_ends_it)
{
    struct err e = { 0 };
    struct init in;
    auto_fd sock = converse(&in);

    cleanup_fd(&sock);
    EXPECT_ERROR(init_await_done(&in, &e), e, EPROTO, "parent exited while init waited for DONE");
    EXPECT_ERROR(init_ask_parent(&in, &e), e, EPIPE, "send TURN");
    close(in.sync);
}

TEST(grants_are_told_apart_by_the_value)
{
    /* The v2 cgroup is missing, the barrier and two v1 files are there. */
    const struct boot_packet done = { .message = BOOT_MSG_DONE, .value = 2 << 8 | 1 << 4 };
    auto_scratch s = scratch_make();
    struct err e = { 0 };
    struct init in;
    auto_fd sock = converse(&in);
    int fds[] = { s.fd, sock, in.sync };

    say(sock, &done, sizeof done, fds, 3);
    EXPECT(init_await_done(&in, &e) == 0);
    EXPECT(in.grants.cgroup_fd == -1 && in.grants.cgroup_fallback_fd == -1);
    EXPECT(same_file(in.grants.barrier_fd, s.fd) && in.grants.procs_count == 2);
    EXPECT(same_file(in.grants.procs_fd[0], sock) && same_file(in.grants.procs_fd[1], in.sync));
    close(in.grants.barrier_fd);
    close(in.grants.procs_fd[0]);
    close(in.grants.procs_fd[1]);
    close(in.sync);
}

TEST(more_grants_than_came_are_none)
{
    const struct boot_packet done = { .message = BOOT_MSG_DONE, .value = 0xffff << 8 | 7 };
    struct err e = { 0 };
    struct init in;
    auto_fd sock = converse(&in);

    say(sock, &done, sizeof done, NULL, 0);
    EXPECT(init_await_done(&in, &e) == 0);
    EXPECT(in.grants.procs_count == 0 && in.grants.barrier_fd == -1);
    close(in.sync);
}

TEST(calls_that_a_signal_interrupted_are_made_again)
{
    const struct boot_packet done = { .message = BOOT_MSG_DONE };
    struct err e = { 0 };
    struct init in;
    auto_fd sock = converse(&in);

    fake_forget();
    for (int i = 0; i < 2; i++)
        fake_rule(&(struct fake_rule){ .call = i ? __NR_recvmsg : __NR_sendmsg,
                                       .any_second = true,
                                       .times = 2,
                                       .answer = -EINTR });
    say(sock, &done, sizeof done, NULL, 0);
    EXPECT(init_ask_parent(&in, &e) == 0);
    EXPECT(fake_count(__NR_recvmsg) == 3 && fake_count(__NR_sendmsg) == 3);
    close(in.sync);
    fake_forget();
}

TEST_MAIN()
