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

/* A process that waits for a word; executes: it has executed a program, as a container's when its
 * payload runs. Any will do that waits. */
static struct sleeper sleeper_start(bool executes)
{
    struct err e = { 0 };
    auto_fd own = -EBADF;
    int exe = executes ? boot_executable(&own, &e) : -1, pair[2] = { -1, -1 };
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
        if (executes)
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

static enum process_life life_of(const struct sleeper *s)
{
    struct state_process p = { 0 };
    struct err e = { 0 };

    EXPECT(state_process_read(s->pid, &p, &e) == 0);
    return state_process_life(&p);
}

TEST(a_live_process_is_running_when_it_has_executed_its_program)
{
    cleanup(sleeper_done) struct sleeper init = sleeper_start(false);
    cleanup(sleeper_done) struct sleeper payload = sleeper_start(true);

    while (life_of(&payload) == PROCESS_CLONED)
        usleep(1000);
    expect_status(&payload, STATE_CREATED, false, "running");
    /* Its start was killed, or has not come to the socket's removal. */
    expect_status(&payload, STATE_CREATED, true, "running");
    expect_status(&init, STATE_CREATED, true, "created");
    /* run's, which has no barrier */
    expect_status(&init, STATE_CREATED, false, "creating");
    expect_status(&payload, STATE_CREATING, false, "creating");
    expect_status(&init, STATE_CREATING, true, "creating");
}

TEST(a_zombie_is_stopped_whatever_it_has_executed)
{
    cleanup(sleeper_done) struct sleeper init = sleeper_start(false);
    struct state_record r = { .phase = STATE_CREATED };
    struct err e = { 0 };
    siginfo_t end;

    EXPECT(state_process_read(init.pid, &r.process, &e) == 0);
    kill(init.pid, SIGKILL);
    EXPECT(waitid(P_PID, (id_t)init.pid, &end, WEXITED | WNOWAIT) == 0);
    EXPECT(state_process_life(&r.process) == PROCESS_GONE);
    EXPECT_STR(state_status(AT_FDCWD, &r), "stopped");
}

TEST_MAIN()
