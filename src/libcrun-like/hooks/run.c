// SPDX-License-Identifier: Apache-2.0
/* run.c - hooks in order: their input, their timeout, and what their end means. */
#include "hooks/hooks.h"

#include "base/cleanup.h"
#include "base/spawn.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

enum { NO_EXEC_SEAL = 0x0008 }; /* MFD_NOEXEC_SEAL, Linux 6.3 */

static void spawned_done(struct spawned *p)
{
    cleanup_fd(&p->pidfd);
}

/* The state as a file: a hook that doesn't read it can't block us or raise SIGPIPE, and one that
 * does sees its end. Sealed, so that hooks which outlive us can't rewrite it for each other. */
static int open_state(const char *state_json, int *ret, struct err *e)
{
    auto_fd fd = memfd_create("state", MFD_CLOEXEC | MFD_ALLOW_SEALING | NO_EXEC_SEAL);
    size_t len = state_json ? strlen(state_json) : 0, done = 0;

    if (fd < 0 && errno == EINVAL)
        fd = memfd_create("state", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return err_os(e, errno, "create a file for the state");
    while (done < len) {
        ssize_t n = pwrite(fd, state_json + done, len - done, (off_t)done);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_os(e, errno, "write the state");
        done += (size_t)n;
    }
    if (fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
        return err_os(e, errno, "seal the state");
    *ret = take_fd(&fd);
    return 0;
}

static long long now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* *ret_exited is false when seconds (0: no limit) went by first. */
static int wait_for_exit(int pidfd, uint32_t seconds, bool *ret_exited, struct err *e)
{
    long long deadline = now_ms() + (long long)seconds * 1000;
    struct pollfd p = { .fd = pidfd, .events = POLLIN };

    for (;;) {
        long long left = seconds ? deadline - now_ms() : -1;
        int n;

        if (seconds && left < 0)
            left = 0;
        n = poll(&p, 1, left > INT_MAX ? INT_MAX : (int)left);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_os(e, errno, "wait");
        if (n == 0 && now_ms() < deadline)
            continue;
        *ret_exited = n > 0;
        return 0;
    }
}

static int reap(int pidfd, siginfo_t *ret, struct err *e)
{
    *ret = (siginfo_t){ 0 };
    while (waitid(P_PIDFD, (id_t)pidfd, ret, WEXITED | __WALL) < 0)
        if (errno != EINTR)
            return err_os(e, errno, "learn how it ended");
    return 0;
}

static int judge(const siginfo_t *end, struct err *e)
{
    if (end->si_code != CLD_EXITED)
        return err_set(e, ERR_PROTOCOL, "killed by signal %d", end->si_status);
    if (end->si_status != 0)
        return err_set(e, ERR_PROTOCOL, "exited with status %d", end->si_status);
    return 0;
}

static int wait_and_judge(const struct spawned *p, uint32_t timeout, struct err *e)
{
    bool exited = true;
    siginfo_t end;

    TRY(wait_for_exit(p->pidfd, timeout, &exited, e));
    if (!exited) {
        /* The hook leads its group and is not reaped yet, so the number can't be anybody else's. */
        if (kill(-p->pid, SIGKILL) < 0)
            return err_os(e, errno, "kill it after %u s", timeout);
        TRY(reap(p->pidfd, &end, e));
        return err_set(e, ERR_PROTOCOL, "timed out after %u s", timeout);
    }
    TRY(reap(p->pidfd, &end, e));
    return judge(&end, e);
}

/* items with the NULL behind it that execve wants */
static char **terminate(const struct spec_strings *s)
{
    char **list = calloc(s->count + 2, sizeof *list);

    if (list && s->count)
        memcpy(list, s->items, s->count * sizeof *list);
    return list;
}

int hook_run(const struct spec_hook *h, const char *where, const struct hook_stage *s,
             struct err *e)
{
    cleanup(spawned_done) struct spawned process = { .pidfd = -EBADF };
    auto_free char **argv = terminate(&h->args);
    auto_free char **envp = terminate(&h->env);
    const int output[] = { s->output ? s->output->out : -1, s->output ? s->output->err : -1 };
    auto_fd input = -EBADF;

    if (!argv || !envp)
        return err_os(e, ENOMEM, "%s", where);
    if (h->args.count == 0)
        argv[0] = h->path;
    if (open_state(s->state_json, &input, e) < 0)
        return err_wrap(e, "%s", where);
    if (spawn(&(struct spawn){ .path = h->path,
                               .exe = -1,
                               .dir = s->dir,
                               .argv = argv,
                               .envp = envp,
                               .input = input,
                               .output = output },
              &process, e) < 0)
        return err_wrap(e, "%s", where);
    if (wait_and_judge(&process, h->timeout, e) < 0)
        return err_wrap(e, "%s '%s'", where, h->path);
    return 0;
}

static const char *const kind_names[HOOK_KINDS] = {
    [HOOK_PRESTART] = "prestart",
    [HOOK_CREATE_RUNTIME] = "createRuntime",
    [HOOK_CREATE_CONTAINER] = "createContainer",
    [HOOK_START_CONTAINER] = "startContainer",
    [HOOK_POSTSTART] = "poststart",
    [HOOK_POSTSTOP] = "poststop",
};

int hooks_run(const struct spec_hooks *hooks, enum spec_hook_kind kind, const struct hook_stage *s,
              struct err *e)
{
    for (size_t i = 0; i < hooks->kind[kind].count; i++) {
        struct err failure = { 0 };
        char where[64], line[ERR_TEXT_MAX + 128];

        snprintf(where, sizeof where, "hooks.%s[%zu]", kind_names[kind], i);
        if (hook_run(&hooks->kind[kind].items[i], where, s, &failure) == 0)
            continue;
        if (kind != HOOK_POSTSTOP) {
            *e = failure;
            return -failure.code;
        }
        /* runtime.md, "Lifecycle" step 13: a warning, and the others run as if it had succeeded. */
        err_format(&failure, line, sizeof line);
        if (s->warn)
            s->warn(s->data, line);
    }
    return 0;
}
