// SPDX-License-Identifier: Apache-2.0
/* test_terminal.c - a pty from the container's own devpts (P8). */
#include "denials.h"

#include <sys/ioctl.h>
#include <termios.h>

/* A root with a devpts; the parent's end of the conversation. */
static int prepare(const struct scratch *s, struct init *in, bool devpts)
{
    char path[256];
    int pair[2];

    *in = sandbox_init(PLAN(.process = ",'terminal':true,'consoleSize':{'height':30,'width':90}"));
    in->rootfs = sandbox_root(s);
    EXPECT(mkdirat(in->rootfs, "dev", 0755) == 0 && mkdirat(in->rootfs, "dev/pts", 0755) == 0);
    snprintf(path, sizeof path, "%s/dev/pts", s->path);
    if (devpts)
        EXPECT(mount("devpts", path, "devpts", 0, "newinstance,ptmxmode=0666") == 0);
    EXPECT(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
    in->sync = pair[1];
    EXPECT(setsid() > 0);
    signal(SIGHUP, SIG_IGN); /* the terminal goes away when the row fails */
    return pair[0];
}

static int receive_master(int sock)
{
    struct boot_packet packet;
    struct iovec iov = { &packet, sizeof packet };
    char room[CMSG_SPACE(sizeof(int))];
    struct msghdr msg = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room
    };
    int fd = -1;

    EXPECT(recvmsg(sock, &msg, 0) == sizeof packet && packet.message == BOOT_MSG_TERMINAL);
    if (CMSG_FIRSTHDR(&msg))
        memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof fd);
    return fd;
}

TEST(the_streams_are_the_terminal_and_the_parent_gets_its_master)
{
    auto_scratch s = scratch_make();

    for (size_t k = 0; k < ARRAY_SIZE(denials); k++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct winsize size = { 0 };
            struct err e = { 0 };
            char word[8] = "";
            struct init in;
            int sock = prepare(&s, &in, true), keep = dup(1), rc, master;

            deny(&denials[k]);
            rc = row_terminal(&in, &e);
            master = receive_master(sock);
            dprintf(0, "hello");
            EXPECT(dup2(keep, 1) == 1);
            EXPECT(rc == 0);
            EXPECT_STR(e.text, "");
            EXPECT(ioctl(0, TIOCGWINSZ, &size) == 0 && size.ws_row == 30 && size.ws_col == 90);
            EXPECT(tcgetsid(0) == getpid());
            EXPECT(read(master, word, sizeof word - 1) == 5 && !strcmp(word, "hello"));
        }
}

TEST(without_a_safe_way_to_the_peer_there_is_no_terminal)
{
    static const struct {
        long call, second;
        int code;
        const char *text;
    } rows[] = {
        { __NR_ioctl, TIOCGPTPEER, ENOTTY, "process.terminal: open the pty's peer" },
        { __NR_ioctl, TIOCGPTPEER, EPERM, "process.terminal: open the pty's peer" },
        { __NR_ioctl, TIOCSPTLCK, EIO, "process.terminal: open the pty's peer" },
        { __NR_ioctl, TIOCSCTTY, EPERM, "take the terminal" },
        { __NR_open_tree, -1, ENOSYS, "bind /dev/console" },
        { __NR_move_mount, -1, EPERM, "bind /dev/console" },
        { __NR_sendmsg, -1, EPIPE, "send the terminal" },
    };
    auto_scratch s = scratch_make();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct err e = { 0 };
            struct init in;
            int keep = dup(1), rc;

            prepare(&s, &in, true);
            fake_rule(&(struct fake_rule){ .call = rows[i].call,
                                           .second = rows[i].second,
                                           .any_second = rows[i].second < 0,
                                           .answer = -rows[i].code });
            rc = row_terminal(&in, &e);
            EXPECT(dup2(keep, 1) == 1);
            EXPECT_ERROR(rc, e, rows[i].code, rows[i].text);
        }
}

TEST(only_the_container_s_own_devpts_will_do)
{
    auto_scratch s = scratch_make();

    IN_SANDBOX(CLONE_NEWNS)
    {
        struct err e = { 0 };
        struct init in;

        prepare(&s, &in, false);
        EXPECT_ERROR(row_terminal(&in, &e), e, EINVAL,
                     "process.terminal: /dev/pts is not a devpts mount");
        EXPECT(unlinkat(in.rootfs, "dev/pts", AT_REMOVEDIR) == 0);
        EXPECT_ERROR(row_terminal(&in, &e), e, ENOENT, "process.terminal: open /dev/pts");
    }
}

TEST_MAIN()
