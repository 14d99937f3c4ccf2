// SPDX-License-Identifier: Apache-2.0
/*
 * spawn.c - start a program with nothing of the caller's but stdout, stderr and ids.
 *
 * How it works: the child shares the caller's memory and the calling thread waits until it has
 * executed (CLONE_VM | CLONE_VFORK), so nothing is copied, whatever the caller's size, and an errno
 * comes back through a plain variable. It has descriptors and signal actions of its own, and makes
 * only system calls: another thread may hold any lock.
 */
#include "base/spawn.h"

#include "base/bare.h"
#include "base/cleanup.h"

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>

enum { CHILD_STACK = 32 * 1024, EXE = STDERR_FILENO + 1 };

struct child {
    const struct spawn *wish;
    int error; /* written by the child: why execve was not reached */
};

/* "17" -> 17; anything else ("." and "..") -> -1 */
static int parse_fd(const char *name)
{
    int fd = 0;

    for (; *name; name++) {
        if (*name < '0' || *name > '9' || fd > INT_MAX / 10 - 1)
            return -1;
        fd = fd * 10 + (*name - '0');
    }
    return fd;
}

struct kernel_dirent { /* getdents64(2) */
    uint64_t ino;
    int64_t off;
    uint16_t reclen;
    uint8_t type;
    char name[];
};

/* For hosts that answer ENOSYS or EPERM to close_range(2), as older container sandboxes do. */
static int close_listed(int first)
{
    _Alignas(struct kernel_dirent) char list[1024];
    int dir = bare_openat(AT_FDCWD, "/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    long n;

    if (dir < 0)
        return dir;
    while ((n = SYS_3(__NR_getdents64, dir, list, sizeof list)) > 0)
        for (long at = 0; at < n;) {
            const struct kernel_dirent *entry = (const struct kernel_dirent *)(list + at);
            int fd = parse_fd(entry->name);

            if (fd >= first && fd != dir)
                bare_close(fd);
            at += entry->reclen;
        }
    bare_close(dir);
    return (int)n;
}

static int set_descriptors(int input, const int *output, int exe)
{
    int first = exe < 0 ? EXE : EXE + 1;
    long rc;

    /* Out of the way of input's new place, then where it is not closed. */
    if (exe >= 0)
        TRY(exe = (int)SYS_3(__NR_fcntl, exe, F_DUPFD_CLOEXEC, EXE));

    /* The caller may have been started without a stdin: then input itself may be number 0. */
    if (input == STDIN_FILENO)
        rc = fcntl(input, F_SETFD, 0) < 0 ? -errno : 0;
    else
        rc = SYS_3(__NR_dup3, input, STDIN_FILENO, 0);
    if (rc < 0)
        return (int)rc;
    /* After input, which may have one of their numbers. */
    for (int i = 0; output && i < 2; i++)
        if (output[i] >= 0)
            TRY((int)SYS_3(__NR_dup3, output[i], STDOUT_FILENO + i, 0));
    if (exe > EXE)
        TRY((int)SYS_3(__NR_dup3, exe, EXE, O_CLOEXEC));
    if (sys_close_range((unsigned)first, UINT_MAX, 0) == 0)
        return 0;
    return close_listed(first);
}

/* Ignored signals stay ignored across execve, and many programs ignore SIGPIPE. Actions come before
 * the mask: a signal that is pending must not run a handler of the caller in its memory. */
static void reset_signals(void)
{
    struct sigaction by_default = { .sa_handler = SIG_DFL };
    sigset_t none;

    for (int sig = 1; sig < NSIG; sig++)
        sigaction(sig, &by_default, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Raw system calls also because libc's are points where a thread that was cancelled unwinds. */
static int child_main(void *data)
{
    struct child *c = data;
    const struct spawn *s = c->wish;
    int rc;

    setsid();
    rc = set_descriptors(s->input, s->output, s->exe);
    if (rc == 0 && s->dir)
        rc = (int)SYS_1(__NR_chdir, s->dir);
    if (rc == 0) {
        reset_signals();
        rc = (int)(s->exe < 0 ? SYS_3(__NR_execve, s->path, s->argv, s->envp)
                              : SYS_5(__NR_execveat, EXE, "", s->argv, s->envp, AT_EMPTY_PATH));
    }
    c->error = -rc;
    SYS_1(__NR_exit_group, 127);
    return 127;
}

int spawn(const struct spawn *s, struct spawned *ret, struct err *e)
{
    struct child c = { .wish = s };
    _Alignas(16) char stack[CHILD_STACK];
    sigset_t all, before;
    int pidfd = -EBADF, saved;
    pid_t pid;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    pid = clone(child_main, stack + sizeof stack, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD,
                &c, &pidfd);
    saved = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (pid < 0)
        return err_os(e, saved, "'%s': clone", s->path);
    if (c.error) {
        siginfo_t ignored;

        waitid(P_PIDFD, (id_t)pidfd, &ignored, WEXITED | __WALL);
        close(pidfd);
        return err_os(e, c.error, "execute '%s'", s->path);
    }
    *ret = (struct spawned){ .pid = pid, .pidfd = pidfd };
    return 0;
}
