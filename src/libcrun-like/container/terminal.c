// SPDX-License-Identifier: Apache-2.0
/* terminal.c - attend a foreground process: signals forwarded, the terminal copied. */
#include "container/terminal.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/sys.h"
#include "container/stream.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>

enum { DRAIN_PAUSE_MS = 200 };

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

int terminal_send(const char *path, int *master, struct err *e)
{
    /* The payload is the pty's name for peers; one byte at least, one descriptor exactly. */
    static const char name[] = "/dev/ptmx";
    auto_fd sock = -EBADF;
    int rc;

    if (*master < 0)
        return err_set(e, ERR_PROTOCOL, "init sent no terminal");
    sock = stream_connect(path);
    if (sock < 0)
        return err_os(e, sock, "connect to console socket '%s'", path);
    rc = stream_send(sock, name, sizeof name - 1, *master);
    if (rc < 0)
        return err_os(e, rc, "send the terminal to '%s'", path);
    cleanup_fd(master);
    return 0;
}

int terminal_settle(int master, struct err *e)
{
    struct termios t;

    if (isatty(1))
        return 0;
    if (tcgetattr(master, &t) < 0)
        return err_os(e, errno, "process.terminal: tcgetattr");
    t.c_oflag &= ~(tcflag_t)ONLCR;
    return tcsetattr(master, TCSANOW, &t) < 0 ? err_os(e, errno, "process.terminal: tcsetattr") : 0;
}

/* false at the end of the source */
static bool copy_some(int from, int to)
{
    char data[8192];
    ssize_t n = read(from, data, sizeof data);

    if (n < 0)
        return errno == EINTR || errno == EAGAIN;
    return n > 0 && write_all(to, data, (size_t)n) == 0;
}

void terminal_empty(int master)
{
    struct pollfd p = { .fd = master, .events = POLLIN };

    while (master >= 0 && poll(&p, 1, 0) > 0)
        if (!copy_some(master, 1))
            break;
}

/* What a foreground command passes on; the rest keeps its meaning for us. */
static void forwarded(sigset_t *ret)
{
    static const int signals[] = { SIGHUP,  SIGINT,   SIGQUIT, SIGTERM, SIGUSR1,
                                   SIGUSR2, SIGWINCH, SIGCONT, SIGPIPE, SIGALRM };

    sigemptyset(ret);
    for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
        sigaddset(ret, signals[i]);
}

void terminal_block_signals(void)
{
    sigset_t set;

    forwarded(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

struct relay {
    pid_t pid;
    int pidfd, signals, master;
    struct notify *notify;
    bool stdin_open;
    bool raw;
    struct termios saved;
};

static void copy_size(int master)
{
    struct winsize size;

    if (ioctl(0, TIOCGWINSZ, &size) == 0)
        ioctl(master, TIOCSWINSZ, &size);
}

static void make_raw(struct relay *r)
{
    struct termios t;

    if (r->master < 0 || tcgetattr(0, &r->saved) < 0)
        return;
    t = r->saved;
    cfmakeraw(&t);
    r->raw = tcsetattr(0, TCSANOW, &t) == 0;
}

static void relay_done(struct relay *r)
{
    sigset_t set;

    if (r->raw)
        tcsetattr(0, TCSANOW, &r->saved);
    cleanup_fd(&r->signals);
    forwarded(&set);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* By number where a filter denies it by pidfd: nobody has waited for our own child yet. */
static void forward(struct relay *r, int sig)
{
    long rc = sys_pidfd_send_signal(r->pidfd, sig);

    if (rc == -ENOSYS || rc == -EPERM)
        kill(r->pid, sig);
}

static void take_signal(struct relay *r)
{
    struct signalfd_siginfo info;

    if (read(r->signals, &info, sizeof info) != sizeof info)
        return;
    if (info.ssi_signo == SIGWINCH && r->master >= 0)
        copy_size(r->master);
    else
        forward(r, (int)info.ssi_signo);
}

static int reap_status(int pidfd, int *ret_status, struct err *e)
{
    siginfo_t info = { 0 };

    while (waitid((idtype_t)P_PIDFD, (id_t)pidfd, &info, WEXITED | __WALL) < 0)
        if (errno != EINTR)
            return err_os(e, errno, "wait for the process");
    *ret_status = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
    return 0;
}

/* What the process wrote before it ended is still on its way through the pty, until the kernel says
 * that the last slave is closed. Others of the container may keep one open: then a pause ends it.
 */
static void drain(struct relay *r)
{
    struct pollfd p = { .fd = r->master, .events = POLLIN };

    while (r->master >= 0 && poll(&p, 1, DRAIN_PAUSE_MS) > 0)
        if (!copy_some(r->master, 1))
            break;
}

static int relay_round(struct relay *r, bool *ret_ended, struct err *e)
{
    struct pollfd p[] = {
        { .fd = r->pidfd, .events = POLLIN },
        { .fd = r->signals, .events = POLLIN },
        { .fd = r->master, .events = POLLIN },
        { .fd = r->stdin_open && r->master >= 0 ? 0 : -1, .events = POLLIN },
        notify_poll(r->notify),
    };

    if (poll(p, ARRAY_SIZE(p), -1) < 0)
        return errno == EINTR ? 0 : err_os(e, errno, "poll");
    if (p[1].revents & POLLIN)
        take_signal(r);
    if (p[2].revents && !copy_some(r->master, 1))
        r->master = -1; /* every slave is closed; the process may live on */
    if (p[3].revents && !copy_some(0, r->master))
        r->stdin_open = false;
    if (p[4].revents)
        notify_turn(r->notify);
    *ret_ended = p[0].revents & POLLIN;
    return 0;
}

int terminal_attend(pid_t pid, int pidfd, int master, struct notify *notify, int *ret_status,
                    struct err *e)
{
    cleanup(relay_done) struct relay r = {
        .pid = pid, .pidfd = pidfd, .master = master, .notify = notify, .stdin_open = true
    };
    bool ended = false;
    sigset_t set;

    forwarded(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
    r.signals = signalfd(-1, &set, SFD_CLOEXEC);
    if (r.signals < 0)
        return err_os(e, errno, "signalfd");
    make_raw(&r);
    if (r.master >= 0)
        copy_size(r.master);
    while (!ended)
        TRY(relay_round(&r, &ended, e));
    drain(&r);
    return reap_status(pidfd, ret_status, e);
}
