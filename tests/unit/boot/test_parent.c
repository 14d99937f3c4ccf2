// SPDX-License-Identifier: Apache-2.0
/* test_parent.c - what the parent hears from a peer that has left. */
#include "boot/boot.h"

#include "base/cleanup.h"

#include "test.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* A conversation whose other end is the test's. */
static int converse(struct boot *b)
{
    static const struct plan empty;
    int pair[2] = { -1, -1 };

    boot_init(b, &empty);
    EXPECT(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
    b->sync = pair[0];
    return pair[1];
}

static void say_failed(int sock, const char *why)
{
    struct boot_packet packet = { .message = BOOT_MSG_FAILED };

    err_set(&packet.err, ERR_INVALID, "%s", why);
    EXPECT(send(sock, &packet, sizeof packet, 0) == sizeof packet);
}

TEST(a_peer_that_left_a_packet_unread_is_heard_all_the_same)
{
    struct boot_packet unread = { .message = BOOT_MSG_DONE };
    struct err e = { 0 };
    auto_boot b;
    auto_fd peer = converse(&b);

    EXPECT(send(b.sync, &unread, sizeof unread, 0) == sizeof unread);
    say_failed(peer, "open rootfs: no such thing");
    cleanup_fd(&peer); /* the kernel tells us ECONNRESET first */
    EXPECT(boot_await_init(&b, &e) == -EINVAL);
    EXPECT_STR(e.text, "open rootfs: no such thing");
}

TEST(what_the_peer_said_before_it_left_explains_why_nothing_can_be_sent)
{
    struct boot_packet unread = { .message = BOOT_MSG_DONE };
    struct err e = { 0 };
    auto_boot b;
    auto_fd peer = converse(&b);

    EXPECT(send(b.sync, &unread, sizeof unread, 0) == sizeof unread);
    say_failed(peer, "set oom_score_adj: refused");
    cleanup_fd(&peer);
    EXPECT(boot_row_hand_over(&b, &e) == -EINVAL);
    EXPECT_STR(e.text, "set oom_score_adj: refused");
}

/* Outer's word of init may come after init's own last one. */
TEST(an_init_that_failed_at_once_is_known_all_the_same)
{
    struct boot_packet failed = { .message = BOOT_MSG_FAILED, .row = BOOT_hostname };
    struct boot_packet cloned = { .message = BOOT_MSG_CLONED };
    struct err e = { 0 };
    auto_boot b;
    auto_fd peer = converse(&b);
    pid_t child = fork();

    if (child == 0)
        _exit(0);
    cloned.value = child;
    err_set(&failed.err, ERR_INVALID, "set hostname: no");
    EXPECT(send(peer, &failed, sizeof failed, 0) == sizeof failed);
    EXPECT(send(peer, &cloned, sizeof cloned, 0) == sizeof cloned);
    EXPECT(boot_await_init(&b, &e) == -EINVAL);
    EXPECT_STR(e.text, "set hostname: no");
    EXPECT(b.init == child && b.failed_row == BOOT_hostname);
    boot_done(&b);
    EXPECT(waitpid(child, NULL, 0) < 0 && errno == ECHILD); /* reaped */
    b.sync = -1;
}

/* What only a broken or hostile init would send. */
TEST(a_packet_that_does_not_belong_there_is_an_error)
{
    static const struct {
        struct boot_packet packet;
        size_t size;
        const char *text;
    } rows[] = {
        { { .message = BOOT_MSG_CLONED }, sizeof(int), "odd packet of 4 bytes" },
        { { .message = BOOT_MSG_COUNT }, sizeof(struct boot_packet), "odd packet" },
        { { .message = BOOT_MSG_DONE }, sizeof(struct boot_packet), "got DONE, expected CLONED" },
        { { .message = BOOT_MSG_FAILED }, sizeof(struct boot_packet), "failed without a code" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct err e = { 0 };
        auto_boot b;
        auto_fd peer = converse(&b);

        EXPECT(send(peer, &rows[i].packet, rows[i].size, 0) == (ssize_t)rows[i].size);
        EXPECT(boot_await_init(&b, &e) < 0 && e.kind == ERR_PROTOCOL);
        if (!strstr(e.text, rows[i].text))
            EXPECT_STR(e.text, rows[i].text);
    }
}

TEST(silence_is_a_lost_peer)
{
    struct err e = { 0 };
    auto_boot b;
    auto_fd peer = converse(&b);

    cleanup_fd(&peer);
    EXPECT(boot_await_init(&b, &e) < 0);
    EXPECT(strstr(e.text, "while the parent waited for CLONED") != NULL);
}

TEST_MAIN()
