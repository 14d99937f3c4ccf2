// SPDX-License-Identifier: Apache-2.0
/* test_process.c - a process is known by number, start time and boot, whatever it calls itself. */
#include "state/state.h"

#include "base/cleanup.h"
#include "test.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

/* A child that takes a name for each packet it gets and ends when there are no more. */
struct renamer {
    pid_t pid;
    int sock;
};

static void take_names(int sock)
{
    char name[64];

    for (;;) {
        ssize_t n = recv(sock, name, sizeof name - 1, 0);

        if (n <= 0)
            _exit(0);
        name[n] = '\0';
        prctl(PR_SET_NAME, name, 0, 0, 0);
        send(sock, "", 1, 0);
    }
}

static struct renamer renamer_start(void)
{
    struct renamer r = { .sock = -1 };
    int pair[2] = { -1, -1 };

    EXPECT(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
    fflush(stdout);
    r.pid = fork();
    if (r.pid == 0) {
        close(pair[0]);
        take_names(pair[1]);
    }
    close(pair[1]);
    r.sock = pair[0];
    return r;
}

static void renamer_done(struct renamer *r)
{
    cleanup_fd(&r->sock);
    if (r->pid > 0)
        waitpid(r->pid, NULL, 0);
    r->pid = 0;
}

static void rename_to(struct renamer *r, const char *name)
{
    char answer;

    EXPECT(send(r->sock, name, strlen(name), 0) == (ssize_t)strlen(name));
    EXPECT(recv(r->sock, &answer, 1, 0) == 1);
}

TEST(a_hostile_name_does_not_change_who_a_process_is)
{
    static const char *const names[] = {
        ")", ") Z 1 2 3 4 5 6", "))) (((", "a) R 1 (", ") X", "\n)\n R \n", " ",
        "(", "\xff) S 0 0 0"
    };
    cleanup(renamer_done) struct renamer r = renamer_start();
    struct state_process first = { 0 }, now = { 0 };
    struct err e = { 0 };

    EXPECT(state_process_read(r.pid, &first, &e) == 0);
    EXPECT(first.pid == r.pid && first.start_time != 0 && strlen(first.boot_id) == 36);
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        rename_to(&r, names[i]);
        auto_fd pidfd = state_process_open(&first);

        EXPECT(pidfd >= 0);
        EXPECT(state_process_read(r.pid, &now, &e) == 0);
        EXPECT(now.start_time == first.start_time);
    }
}

TEST(the_descriptor_is_of_that_process)
{
    cleanup(renamer_done) struct renamer r = renamer_start();
    struct state_process p = { 0 };
    struct err e = { 0 };

    EXPECT(state_process_read(r.pid, &p, &e) == 0);
    auto_fd pidfd = state_process_open(&p);
    struct pollfd poll_it = { .fd = pidfd, .events = POLLIN };

    EXPECT(fcntl(pidfd, F_GETFD) == FD_CLOEXEC);
    EXPECT(poll(&poll_it, 1, 0) == 0);
    kill(r.pid, SIGKILL);
    EXPECT(poll(&poll_it, 1, -1) == 1);
    /* Not waited for yet: a zombie is gone, too. */
    EXPECT(state_process_open(&p) == -ESRCH);
    renamer_done(&r);
    EXPECT(state_process_open(&p) == -ESRCH);
    EXPECT(state_process_read(p.pid, &p, &e) == -ENOENT);
}

static void set_later(struct state_process *p)
{
    p->start_time++;
}
static void set_earlier(struct state_process *p)
{
    p->start_time--;
}
static void set_no_time(struct state_process *p)
{
    p->start_time = 0;
}
static void set_boot(struct state_process *p)
{
    p->boot_id[0] ^= 1;
}
static void set_no_boot(struct state_process *p)
{
    p->boot_id[0] = '\0';
}
static void set_none(struct state_process *p)
{
    p->pid = 0;
}
static void set_negative(struct state_process *p)
{
    p->pid = -1;
}
static void set_other(struct state_process *p)
{
    p->pid = getpid();
}

TEST(another_start_boot_or_number_is_another_process)
{
    static void (*const changes[])(struct state_process *) = {
        set_later, set_earlier, set_no_time, set_boot, set_no_boot, set_none, set_negative
    };
    struct state_process self = { 0 };
    struct err e = { 0 };

    EXPECT(state_process_read(getpid(), &self, &e) == 0);
    for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
        struct state_process p = self;

        changes[i](&p);
        EXPECT(state_process_open(&p) == -ESRCH);
    }
    EXPECT(state_process_read(1, &self, &e) == 0);
    set_other(&self);
    EXPECT(state_process_open(&self) == -ESRCH);
}

TEST(a_process_that_is_not_there_has_no_identity)
{
    struct state_process p = { .pid = 5 };
    struct err e = { 0 };

    EXPECT(state_process_read(INT_MAX, &p, &e) == -ENOENT);
    EXPECT_STR(e.text, "read /proc/2147483647/stat");
    EXPECT(p.pid == 5);
}

TEST_MAIN()
