// SPDX-License-Identifier: Apache-2.0
/* hooks.c - createContainer and startContainer hooks: processes of init, in the container's
 * namespaces. */
#include "init/init.h"

#include "base/fmt.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <linux/time_types.h>
#include <linux/wait.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>

/* The state JSON with our pid, in a file that the hook reads from its start. */
static int state_file(struct init *in, plan_str head, plan_str tail, struct err *e)
{
    const char *h = init_text(in, head), *t = init_text(in, tail);
    char pid[16];
    unsigned n = (unsigned)fmt(pid, sizeof pid, "%ld", SYS_0(__NR_getpid));
    int fd = (int)SYS_2(__NR_memfd_create, "state", 0);

    if (fd < 0)
        return err_os(e, fd, "memfd_create");
    bare_write(fd, h, bare_strlen(h));
    bare_write(fd, pid, n);
    bare_write(fd, t, bare_strlen(t));
    SYS_3(__NR_lseek, fd, 0, 0);
    return fd;
}

/* In the child: only descriptors 0 to 2, its own session, then the hook. Returns only on failure.
 */
static long become_hook(struct init *in, const struct plan_hook *h, const char *dir, int state)
{
    char **argv = vector_make(in->plan, h->args, 1);
    char **env = h->process_env ? init_environment(in, (int)SYS_0(__NR_getppid))
                                : vector_make(in->plan, h->env, 0);
    long rc;

    if (!argv || !env)
        return -ENOMEM;
    if (h->args.count == 0)
        argv[0] = (char *)(uintptr_t)init_text(in, h->path);
    SYS_0(__NR_setsid);
    SYS_3(__NR_dup3, state, 0, 0);
    if (in->grants.hook_out_fd >= 0)
        SYS_3(__NR_dup3, in->grants.hook_out_fd, 1, 0);
    if (in->grants.hook_err_fd >= 0)
        SYS_3(__NR_dup3, in->grants.hook_err_fd, 2, 0);
    SYS_1(__NR_umask, in->umask);
    descriptors_hide(3);
    rc = dir ? SYS_1(__NR_chdir, dir) : 0;
    return rc < 0 ? rc : SYS_3(__NR_execve, init_text(in, h->path), argv, env);
}

/* Until the process ends or so much time went by; without pidfds its end is looked for now and
 * then.
 */
static void pause_for(int pidfd, uint64_t ns)
{
    const uint64_t glance = 10 * 1000 * 1000;
    struct pollfd p = { .fd = pidfd, .events = POLLIN };
    struct __kernel_timespec left = { 0 };

    if (pidfd < 0 && ns > glance)
        ns = glance;
    left.tv_sec = (long long)(ns / 1000000000u);
    left.tv_nsec = (long long)(ns % 1000000000u);
#ifdef __NR_ppoll_time64
    SYS_5(__NR_ppoll_time64, &p, 1, &left, NULL, 0);
#else
    SYS_5(__NR_ppoll, &p, 1, &left, NULL, 0);
#endif
}

static int await(int pid, uint32_t timeout, int *ret_status)
{
    int pidfd = timeout ? (int)sys_pidfd_open(pid, 0) : -1;
    uint64_t deadline = bare_now_ns() + timeout * UINT64_C(1000000000);
    bool late = false, reaped = false;

    while (timeout && !reaped && !late) {
        uint64_t now = bare_now_ns();

        late = now >= deadline;
        if (late)
            break;
        pause_for(pidfd, deadline - now);
        reaped = SYS_4(__NR_wait4, pid, ret_status, __WALL | WNOHANG, NULL) == pid;
    }
    if (late)
        SYS_2(__NR_kill, -pid, SIGKILL); /* its whole process group */
    while (!reaped && SYS_4(__NR_wait4, pid, ret_status, __WALL, NULL) == -EINTR) {
    }
    bare_close(pidfd);
    return late ? -ETIMEDOUT : 0;
}

static int run_hook(struct init *in, const struct plan_hook *h, const char *dir, int state,
                    struct err *e)
{
    const char *path = init_text(in, h->path), *where = init_text(in, h->where);
    int pipe[2], status = 0, code = 0, rc;
    long pid = SYS_2(__NR_pipe2, pipe, O_CLOEXEC);

    if (pid < 0)
        return err_os(e, pid, "pipe");
#if defined(__x86_64__)
    pid = SYS_5(__NR_clone, SIGCHLD, 0, NULL, NULL, 0);
#else
    pid = SYS_5(__NR_clone, SIGCHLD, 0, NULL, 0, NULL);
#endif
    if (pid == 0) {
        code = (int)become_hook(in, h, dir, state);
        bare_write(pipe[1], &code, sizeof code);
        SYS_1(__NR_exit_group, 127);
    }
    bare_close(pipe[1]);
    if (pid < 0) {
        bare_close(pipe[0]);
        return err_os(e, pid, "clone");
    }
    /* End of file when execve closed the other end. */
    bare_read(pipe[0], &code, sizeof code);
    bare_close(pipe[0]);
    rc = await((int)pid, h->timeout, &status);
    if (code < 0)
        return err_os(e, code, "%s '%s': execve", where, path);
    if (rc < 0)
        return err_set(e, ERR_PROTOCOL, "%s '%s': timed out after %u s", where, path, h->timeout);
    if (status & 0x7f)
        return err_set(e, ERR_PROTOCOL, "%s '%s': killed by signal %d", where, path, status & 0x7f);
    if (status >> 8)
        return err_set(e, ERR_PROTOCOL, "%s '%s': exited with status %d", where, path, status >> 8);
    return 0;
}

/* What the hooks of one kind share. */
struct stage {
    struct plan_list hooks;
    plan_str dir, head, tail; /* dir 0: where we are */
};

static int run_hooks(struct init *in, const struct stage *s, struct err *e)
{
    const struct plan_hook *h = plan_items(in->plan, s->hooks);
    int rc = 0;

    for (uint32_t i = 0; i < s->hooks.count && rc == 0; i++) {
        int state = state_file(in, s->head, s->tail, e);

        rc = state < 0 ? state : run_hook(in, &h[i], init_text(in, s->dir), state, e);
        bare_close(state);
    }
    return rc;
}

int row_container_hooks(struct init *in, struct err *e)
{
    const struct plan *p = in->plan;

    return run_hooks(
        in, &(struct stage){ p->create_container, p->hook_dir, p->state_head, p->state_tail }, e);
}

int row_start_hooks(struct init *in, struct err *e)
{
    const struct plan *p = in->plan;

    return run_hooks(in, &(struct stage){ p->start_container, 0, p->start_head, p->start_tail }, e);
}
