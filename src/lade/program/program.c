// SPDX-License-Identifier: Apache-2.0
/* program.c - other programs: the runtime, credential helpers, network plugins. */
#include "lade/program/program.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static const int forwarded[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2 };

/* The caller's environment and more; only the array is new. */
static const char **join_environment(const char *const *more)
{
    size_t had = 0, n = 0;
    const char **all;

    while (environ && environ[had])
        had++;
    while (more && more[n])
        n++;
    all = calloc(had + n + 1, sizeof *all);
    if (!all)
        return NULL;
    /* In front, so that they hide what is there already: getenv() takes the first. */
    for (size_t i = 0; i < n; i++)
        all[i] = more[i];
    for (size_t i = 0; i < had; i++)
        all[n + i] = environ[i];
    return all;
}

/* in, out: what becomes descriptors 0 and 1; -EBADF: the caller's. */
static int start(const struct program *p, int in, int out, pid_t *ret, struct err *e)
{
    auto_free const char **env = join_environment(p->env);
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t none;
    int rc;

    if (!env || posix_spawn_file_actions_init(&actions) != 0)
        return err_os(e, ENOMEM, "run '%s'", p->argv[0]);
    if (posix_spawnattr_init(&attr) != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return err_os(e, ENOMEM, "run '%s'", p->argv[0]);
    }
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
    rc = in < 0 ? 0 : posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    if (rc == 0 && out >= 0)
        rc = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    if (rc == 0)
        rc = posix_spawnp(ret, p->argv[0], &actions, &attr, (char *const *)p->argv,
                          (char *const *)env);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    return rc ? err_os(e, rc, "run '%s'", p->argv[0]) : 0;
}

/* A file in memory rather than a pipe: a program that does not read blocks nobody. */
static int make_input(const char *text, struct err *e)
{
    auto_fd fd = memfd_create("input", MFD_CLOEXEC);
    int rc = fd < 0 ? -errno : write_all(fd, text, strlen(text));

    if (rc < 0 || lseek(fd, 0, SEEK_SET) < 0)
        return err_os(e, rc < 0 ? rc : -errno, "prepare standard input");
    return take_fd(&fd);
}

static long long now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* Reads until the end, the limit or the deadline (in now_ms() terms, 0: none). */
static int read_output(int fd, const struct program *p, long long deadline, struct buf *ret,
                       struct err *e)
{
    for (;;) {
        struct pollfd ready = { .fd = fd, .events = POLLIN };
        long long left = deadline ? deadline - now_ms() : -1;
        char piece[4096];
        ssize_t n;

        if (deadline && left <= 0)
            return err_set(e, ERR_PROTOCOL, "run '%s': not finished after %u s", p->argv[0],
                           p->seconds);
        if (poll(&ready, 1, (int)left) < 0 && errno != EINTR)
            return err_os(e, errno, "wait for '%s'", p->argv[0]);
        if (!ready.revents)
            continue;
        n = read(fd, piece, sizeof piece);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_os(e, errno, "read from '%s'", p->argv[0]);
        if (n == 0)
            return 0;
        if (ret->len + (size_t)n > p->limit)
            return err_set(e, ERR_PROTOCOL, "run '%s': it wrote more than %zu bytes", p->argv[0],
                           p->limit);
        buf_add(ret, piece, (size_t)n);
    }
}

static int reap(pid_t pid)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -errno;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Its output has ended, but it may go on: until the deadline. */
static int reap_until(pid_t pid, const struct program *p, long long deadline, struct err *e)
{
    auto_fd pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    struct pollfd ended = { .fd = pidfd, .events = POLLIN };

    while (deadline && !ended.revents) {
        long long left = deadline - now_ms();

        if (left <= 0) {
            kill(pid, SIGKILL);
            reap(pid);
            return err_set(e, ERR_PROTOCOL, "run '%s': not finished after %u s", p->argv[0],
                           p->seconds);
        }
        if (poll(&ended, 1, (int)left) < 0 && errno != EINTR)
            break;
    }
    return reap(pid);
}

int program_output(const struct program *p, char **ret, size_t *ret_len, struct err *e)
{
    long long deadline = p->seconds ? now_ms() + p->seconds * 1000LL : 0;
    auto_fd in = make_input(p->input ? p->input : "", e);
    auto_fd ours = -EBADF, theirs = -EBADF;
    auto_buf text = { 0 };
    int pipe_fds[2], status;
    pid_t pid;

    if (in < 0)
        return in;
    if (pipe2(pipe_fds, O_CLOEXEC) < 0)
        return err_os(e, errno, "run '%s'", p->argv[0]);
    ours = pipe_fds[0];
    theirs = pipe_fds[1];
    TRY(start(p, in, theirs, &pid, e));
    close(take_fd(&theirs));
    status = read_output(ours, p, deadline, &text, e);
    if (status < 0) {
        kill(pid, SIGKILL);
        reap(pid);
        return status;
    }
    status = reap_until(pid, p, deadline, e);
    buf_add(&text, "", 0);
    if (status >= 0 && buf_failed(&text))
        return err_os(e, ENOMEM, "read from '%s'", p->argv[0]);
    if (status < 0)
        return status;
    *ret = text.data;
    if (ret_len)
        *ret_len = text.len;
    text = (struct buf){ 0 };
    return status;
}

/* Sends on what asks for an end, until the program ended. What a terminal sends reaches the program
 * without us. */
static void forward_until_ended(pid_t pid, int signals)
{
    auto_fd pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    struct pollfd ready[] = { { .fd = pidfd, .events = POLLIN },
                              { .fd = signals, .events = POLLIN } };

    while (pidfd >= 0 && !ready[0].revents) {
        struct signalfd_siginfo info;

        if (poll(ready, 2, -1) < 0 && errno != EINTR)
            return;
        if (ready[1].revents && read(signals, &info, sizeof info) == sizeof info &&
            info.ssi_code <= 0)
            kill(pid, (int)info.ssi_signo);
    }
}

int program_run(const struct program *p, struct err *e)
{
    auto_fd signals = -EBADF;
    sigset_t ends, before;
    int status;
    pid_t pid;

    sigemptyset(&ends);
    for (size_t i = 0; i < sizeof forwarded / sizeof forwarded[0]; i++)
        sigaddset(&ends, forwarded[i]);
    signals = signalfd(-1, &ends, SFD_CLOEXEC);
    if (signals < 0)
        return err_os(e, errno, "run '%s'", p->argv[0]);
    sigprocmask(SIG_BLOCK, &ends, &before);
    status = start(p, -EBADF, -EBADF, &pid, e);
    if (status >= 0) {
        forward_until_ended(pid, signals);
        status = reap(pid);
        if (status < 0)
            err_os(e, status, "wait for '%s'", p->argv[0]);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    return status;
}

bool program_is_installed(const char *name)
{
    const char *path = getenv("PATH");
    char file[4096];

    while (path && *path) {
        size_t n = strcspn(path, ":");

        snprintf(file, sizeof file, "%.*s/%s", (int)n, path, name);
        if (n > 0 && access(file, X_OK) == 0)
            return true;
        path += n + (path[n] == ':');
    }
    return false;
}
