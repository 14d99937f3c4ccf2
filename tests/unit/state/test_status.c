// SPDX-License-Identifier: Apache-2.0
/* test_status.c - the status follows from the record, the process and the barrier's socket. */
#include "state/state.h"

#include "../base/scratch.h"
#include "boot/boot.h"
#include "test.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

struct sleeper {
    pid_t pid;
    int sock;
};

/* A process that waits for a word; sealed: its program is the sealed executable, as a container's
 * before its start. */
static struct sleeper sleeper_start(bool sealed)
{
    struct err e = { 0 };
    int exe = sealed ? boot_executable(&e) : -1, pair[2] = { -1, -1 };
    struct sleeper s = { .sock = -1 };
    char number[16];

    EXPECT(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0);
    snprintf(number, sizeof number, "%d", pair[1]);
    fflush(stdout);
    s.pid = fork();
    if (s.pid == 0) {
        char *const argv[] = { (char *)"davit-init", number, NULL };
        char byte;

        close(pair[0]);
        if (sealed)
            fexecve(exe, argv, argv + 2);
        else
            (void)!recv(pair[1], &byte, 1, 0);
        _exit(1);
    }
    close(pair[1]);
    s.sock = pair[0];
    return s;
}

static void sleeper_done(struct sleeper *s)
{
    cleanup_fd(&s->sock);
    if (s->pid > 0) {
        kill(s->pid, SIGKILL);
        waitpid(s->pid, NULL, 0);
    }
    s->pid = 0;
}

static bool is_sealed(pid_t pid)
{
    char path[40], exe[64] = "";

    snprintf(path, sizeof path, "/proc/%d/exe", pid);
    return readlink(path, exe, sizeof exe - 1) < 0 || !strncmp(exe, "/memfd:davit-init", 17);
}

static void expect_status(const struct sleeper *s, enum state_phase phase, bool socket,
                          const char *want)
{
    auto_scratch dir = scratch_make();
    struct state_record r = { .phase = phase };
    struct err e = { 0 };
    auto_fd barrier = socket ? state_barrier_listen(dir.fd, &e) : -EBADF;

    EXPECT(socket == (barrier >= 0));
    EXPECT(state_process_read(s->pid, &r.process, &e) == 0);
    EXPECT_STR(state_status(dir.fd, &r), want);
    r.process.start_time++;
    EXPECT_STR(state_status(dir.fd, &r), phase == STATE_CREATING ? "creating" : "stopped");
}

TEST(a_live_process_is_running_unless_it_waits_at_the_barrier)
{
    cleanup(sleeper_done) struct sleeper plain = sleeper_start(false);
    cleanup(sleeper_done) struct sleeper sealed = sleeper_start(true);

    while (!is_sealed(sealed.pid))
        usleep(1000);
    expect_status(&plain, STATE_CREATED, false, "running");
    /* Its start was killed between its word to init and the socket's removal. */
    expect_status(&plain, STATE_CREATED, true, "running");
    expect_status(&sealed, STATE_CREATED, true, "created");
    expect_status(&sealed, STATE_CREATED, false, "running");
    expect_status(&plain, STATE_CREATING, false, "creating");
    expect_status(&sealed, STATE_CREATING, true, "creating");
}

TEST_MAIN()
