// SPDX-License-Identifier: Apache-2.0
/* process.c - the last rows: directory, home, executable, limits, descriptors, execve. */
#include "init/init.h"

#include "base/fmt.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

int row_make_directory(struct init *in, struct err *e)
{
    const char *cwd = init_text(in, in->plan->cwd);
    int fd = path_make(in->rootfs, cwd, PATH_MAKE_DIR);

    bare_close(fd);
    /* A read-only rootfs without it: the later chdir has the better words. */
    return fd < 0 && fd != -EROFS && fd != -EACCES && fd != -ENOTDIR
               ? err_os(e, fd, "process.cwd: make '%s'", cwd)
               : 0;
}

/* As the payload's user; a directory that only root may enter is entered for it, as peers do. */
static long enter(const char *cwd)
{
    long rc = SYS_1(__NR_chdir, cwd);
    uint64_t before;

    if (rc != -EACCES || identity_raise(&before) < 0)
        return rc;
    rc = SYS_1(__NR_chdir, cwd);
    return identity_lower(before) < 0 ? -EPERM : rc;
}

int row_directory(struct init *in, struct err *e)
{
    const char *cwd = init_text(in, in->plan->cwd);
    char back[PATH_LENGTH_MAX];
    long rc = enter(cwd);

    if (rc < 0)
        return err_os(e, rc, "process.cwd: chdir to '%s'", cwd);
    /* A directory of the host would show as "(unreachable)" (CVE-2024-21626). */
    rc = SYS_2(__NR_getcwd, back, sizeof back);
    if (rc < 0)
        return err_os(e, rc, "process.cwd: getcwd in '%s'", cwd);
    if (back[0] != '/')
        return err_set(e, ERR_INVALID, "process.cwd: '%s' is outside the container's root", cwd);
    return 0;
}

/* "name:pw:uid:gid:gecos:home:shell": the home of uid, or NULL. The line is cut into pieces. */
static const char *home_of_line(char *line, uint32_t uid)
{
    char *fields[7] = { line };
    unsigned n = 1;
    uint64_t id = 0;

    for (char *p = line; *p && n < 7; p++)
        if (*p == ':') {
            *p = '\0';
            fields[n++] = p + 1;
        }
    if (n < 6 || !fields[2][0])
        return NULL;
    for (const char *p = fields[2]; *p; p++) {
        if (*p < '0' || *p > '9' || id > UINT32_MAX)
            return NULL;
        id = id * 10 + (uint64_t)(*p - '0');
    }
    return id == uid && fields[5][0] == '/' ? fields[5] : NULL;
}

/* The container's own passwd is hostile: a regular file, read as far as a page, never waited for.
 */
static void look_up_home(struct init *in)
{
    char text[PATH_LENGTH_MAX * 4];
    struct bare_stat st;
    int fd = bare_openat(AT_FDCWD, "/etc/passwd", O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);
    long n = 0;
    char *line = text;

    if (fd >= 0 && bare_fstat(fd, &st) == 0 && S_ISREG(st.mode))
        n = bare_read(fd, text, sizeof text - 1);
    bare_close(fd);
    text[n > 0 ? n : 0] = '\0';
    while (*line) {
        char *end = line;
        const char *home;

        while (*end && *end != '\n')
            end++;
        n = *end == '\n';
        *end = '\0';
        home = home_of_line(line, in->plan->uid);
        if (home) {
            fmt(in->home, sizeof in->home, "HOME=%s", home);
            return;
        }
        line = end + n;
    }
}

int row_home(struct init *in, struct err *e)
{
    fmt(in->home, sizeof in->home, "HOME=/");
    look_up_home(in);
    return 0;
}

/* 0 when path can be executed as far as its inode tells; execve has the last word. Capabilities are
 * not effective yet, so the kernel can't count CAP_DAC_OVERRIDE in. */
static int executable(const struct init *in, const char *path)
{
    struct bare_stat st;
    int fd = bare_openat(AT_FDCWD, path, O_PATH | O_CLOEXEC, 0), rc;

    if (fd < 0)
        return fd;
    rc = bare_fstat(fd, &st);
    bare_close(fd);
    if (rc < 0)
        return rc;
    if (S_ISDIR(st.mode))
        return -EISDIR;
    if (!S_ISREG(st.mode) || !(st.mode & 0111))
        return -EACCES;
    if (in->plan->caps.effective & UINT64_C(1) << CAP_DAC_OVERRIDE)
        return 0;
    return (int)SYS_3(__NR_faccessat, AT_FDCWD, path,
                      1 /* X_OK, with the real ids: the payload's */);
}

static int find_in_path(struct init *in, const char *name, const char *search, struct err *e)
{
    int failed = 0;

    for (const char *p = search;;) {
        unsigned n = 0;
        int rc;

        while (p[n] && p[n] != ':')
            n++;
        fmt(in->executable, sizeof in->executable, "%.*s%s%s", (int)n, p, n ? "/" : "./", name);
        rc = executable(in, in->executable);
        if (rc == 0)
            return 0;
        if (rc != -ENOENT && rc != -ENOTDIR && rc != -EISDIR && rc != -ENAMETOOLONG)
            failed = rc;
        if (!p[n])
            break;
        p += n + 1;
    }
    if (failed)
        return err_os(e, failed, "process.args[0]: exec '%s'", name);
    return err_set(e, ERR_INVALID, "process.args[0]: '%s': executable file not found in $PATH",
                   name);
}

int row_find(struct init *in, struct err *e)
{
    const plan_str *args = plan_items(in->plan, in->plan->args);
    const char *name = init_text(in, args[0]), *search = init_text(in, in->plan->search_path);
    int rc;

    if (search)
        return find_in_path(in, name, search, e);
    rc = executable(in, name);
    if (rc < 0)
        return err_os(e, rc, "process.args[0]: exec '%s'", name);
    fmt(in->executable, sizeof in->executable, "%s", name);
    return 0;
}

int row_umask(struct init *in, struct err *e)
{
    /* runtime-spec leaves an unset umask alone; the plan says 022 unless that was asked for. */
    SYS_1(__NR_umask, in->plan->flags & PLAN_UMASK ? in->plan->umask : in->umask);
    return e ? 0 : -EINVAL;
}

void descriptors_hide(unsigned first)
{
    struct {
        uint64_t soft, hard;
    } limit = { 1024, 1024 };

    if (sys_close_range(first, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
        return;
    /* Linux 5.10, or a filter: one by one. Numbers above the limit can exist when it was lowered.
     */
    SYS_4(__NR_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit);
    if (limit.hard > 1 << 20)
        limit.hard = 1 << 20;
    for (unsigned fd = first; fd < limit.hard; fd++)
        SYS_3(__NR_fcntl, fd, F_SETFD, FD_CLOEXEC);
}

int row_descriptors(struct init *in, struct err *e)
{
    descriptors_hide(3 + in->hello.preserve_fds);
    return e ? 0 : -EINVAL;
}

int row_rlimits(struct init *in, struct err *e)
{
    const struct plan_rlimit *r = plan_items(in->plan, in->plan->rlimits);

    for (uint32_t i = 0; i < in->plan->rlimits.count; i++) {
        struct {
            uint64_t soft, hard;
        } limit = { r[i].soft, r[i].hard };
        long rc = SYS_4(__NR_prlimit64, 0, r[i].resource, &limit, NULL);

        if (rc < 0)
            return err_os(e, rc, "process.rlimits[%u]: set %s", i, init_text(in, r[i].name));
    }
    return 0;
}

int row_no_new_privs(struct init *in, struct err *e)
{
    long rc = SYS_5(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);

    return rc < 0 ? err_os(e, rc, "prctl PR_SET_NO_NEW_PRIVS") : in->plan ? 0 : -EINVAL;
}

char **init_environment(struct init *in, int pid)
{
    uint32_t count = in->plan->env.count;
    char **env = vector_make(in->plan, in->plan->env, 2);

    if (!env)
        return NULL;
    if (in->home[0])
        env[count++] = in->home;
    if (in->plan->flags & PLAN_LISTEN_PID) {
        fmt(in->listen_pid, sizeof in->listen_pid, "LISTEN_PID=%d", pid);
        env[count] = in->listen_pid;
    }
    return env;
}

int row_execute(struct init *in, struct err *e)
{
    char **argv, **env;
    long rc;

    if (!(in->plan->flags & PLAN_PROCESS))
        return err_set(e, ERR_INVALID, "process is not set in the configuration");
    argv = vector_make(in->plan, in->plan->args, 0);
    env = init_environment(in, (int)SYS_0(__NR_getpid));
    if (!argv || !env)
        return err_os(e, ENOMEM, "lay out arguments");
    /* Nobody is left to note it afterwards. */
    init_trace(in, in->trace ? bare_now_ns() : 0);
    rc = SYS_3(__NR_execve, in->executable, argv, env);
    return err_os(e, rc, "process.args[0]: exec '%s'", in->executable);
}
