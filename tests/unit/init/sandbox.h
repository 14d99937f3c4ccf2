// SPDX-License-Identifier: Apache-2.0
/*
 * sandbox.h - the body of a test in a child with namespaces of its own, so that no root is needed.
 *
 *     TEST(the_hostname_is_set)
 *     {
 *         IN_SANDBOX(CLONE_NEWUTS) {
 *             struct init in = sandbox_init(PLAN(.top = ",'hostname':'box'"));
 *             ...
 *         }
 *     }
 *
 * The body ends the child: nothing in it needs to be freed, and rules of the fake kernel are gone
 * with it. Where the caller may make no user namespace the test counts as skipped.
 */
#pragma once

#include "init/init.h"

#include "base/cleanup.h"
#include "fake_kernel.h"
#include "plan/plan.h"
#include "test.h"
#include "unit/base/scratch.h"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum {
    SANDBOX_NOT_ALLOWED = 77,
    SANDBOX_ONE_ID,
    SANDBOX_NO_DEVICES,
    SANDBOX_NO_IDMAP,
    SANDBOX_NO_XATTRS,
    SANDBOX_SECONDS = 20,
};

static int sandbox_host = -1; /* the root directory before the body */

static inline void sandbox_end(int status)
{
    fflush(stdout);
    /* The files of coverage are where the build is, which a body may have left. */
    if (fchdir(sandbox_host) < 0 || chroot(".") < 0)
        errno = 0; /* without the right: then it has not left */
    fake_save_coverage();
    _exit(status);
}

static inline bool sandbox_write(const char *path, const char *text)
{
    auto_fd fd = open(path, O_WRONLY | O_CLOEXEC);

    return fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
}

/* What is in a small file, "" when it can't be read. */
static inline const char *sandbox_read(const char *path)
{
    static char text[65536];
    auto_fd fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t n = 0;
    ssize_t more;

    while (fd >= 0 && (more = read(fd, text + n, sizeof text - 1 - n)) > 0)
        n += (size_t)more;
    text[n] = '\0';
    return text;
}

/* Root inside: for root 100,000 ids are mapped, for anybody else one's own. From outside, as a
 * process without rights there may map itself alone. */
static inline bool sandbox_map(pid_t pid)
{
    uid_t uid = geteuid();
    char path[64], map[64];

    snprintf(path, sizeof path, "/proc/%d/setgroups", pid);
    if (uid && !sandbox_write(path, "deny"))
        return false;
    snprintf(map, sizeof map, "0 %u %u", uid, uid ? 1 : 100000);
    snprintf(path, sizeof path, "/proc/%d/uid_map", pid);
    if (!sandbox_write(path, map))
        return false;
    snprintf(map, sizeof map, "0 %u %u", getegid(), uid ? 1 : 100000);
    snprintf(path, sizeof path, "/proc/%d/gid_map", pid);
    return sandbox_write(path, map);
}

/* The rest of the body needs ids other than root's, which only root can map. */
static inline void sandbox_needs_ids(void)
{
    if (!strstr(sandbox_read("/proc/self/uid_map"), "100000"))
        _exit(SANDBOX_ONE_ID);
}

static inline void sandbox_settle(int sync, int namespaces)
{
    char word = 'u';

    test_failed = false;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    alarm(SANDBOX_SECONDS);
    fake_forget();
    sandbox_host = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (unshare(CLONE_NEWUSER) < 0 || write(sync, &word, 1) != 1 || read(sync, &word, 1) != 1 ||
        word != 'm' || setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0 ||
        (namespaces && unshare(namespaces) < 0))
        _exit(SANDBOX_NOT_ALLOWED);
    close(sync);
    if (namespaces & CLONE_NEWNS)
        EXPECT(mount("none", "/", NULL, MS_PRIVATE | MS_REC, NULL) == 0);
}

/* What the body ended for want of, or NULL. */
static inline const char *sandbox_lacks(int status)
{
    switch (WIFEXITED(status) ? WEXITSTATUS(status) : 0) {
    case SANDBOX_NOT_ALLOWED:
        return "user namespaces are not available";
    case SANDBOX_ONE_ID:
        return "only root can map more than one id";
    case SANDBOX_NO_DEVICES:
        return "this kernel has no veth devices";
    case SANDBOX_NO_IDMAP:
        return "this kernel's tmpfs can't map ids";
    case SANDBOX_NO_XATTRS:
        return "this kernel's tmpfs has no attributes of users";
    default:
        return NULL;
    }
}

static inline bool sandbox_enter(int namespaces)
{
    int status = 0, pair[2];
    const char *lacks;
    char word = 'x';
    pid_t pid;

    fflush(stdout);
    EXPECT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
    pid = fork();
    if (pid == 0) {
        close(pair[0]);
        sandbox_settle(pair[1], namespaces);
        return true;
    }
    close(pair[1]);
    if (read(pair[0], &word, 1) == 1) {
        word = sandbox_map(pid) ? 'm' : 'x';
        EXPECT(write(pair[0], &word, 1) == 1);
    }
    EXPECT(pid > 0 && waitpid(pid, &status, 0) == pid);
    close(pair[0]);
    lacks = sandbox_lacks(status);
    if (lacks)
        test_skipped = lacks;
    else if (status != 0)
        printf("# the sandbox ended with status 0x%x\n", status);
    test_failed |= status != 0 && !lacks;
    return false;
}

#define IN_SANDBOX(namespaces) for (; sandbox_enter(namespaces); sandbox_end(test_failed))

/* A tmpfs on the scratch directory; a descriptor of its root. */
static inline int sandbox_root(const struct scratch *s)
{
    int fd;

    EXPECT(mount("tmpfs", s->path, "tmpfs", 0, NULL) == 0);
    fd = open(s->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    EXPECT(fd >= 0);
    return fd;
}

/* What lies in the scratch directory, as this mount namespace has it: s->fd is of the one before.
 */
static inline int sandbox_open(const struct scratch *s, const char *name, int flags)
{
    char path[256];
    int fd;

    snprintf(path, sizeof path, "%s/%s", s->path, name);
    fd = open(path, flags | O_CLOEXEC);
    EXPECT(fd >= 0);
    return fd;
}

/* Members that are added to a small configuration, with single quotes. */
struct sandbox_config {
    const char *process, *linux_, *top; /* each begins with a comma */
    const char *namespaces, *rootfs, *args, *cwd;
    bool barrier, rootless, keyring, no_pivot;
};

static inline const char *sandbox_text_or(const char *text, const char *otherwise)
{
    return text ? text : otherwise;
}

static inline const struct plan *sandbox_plan(struct sandbox_config c)
{
    struct plan_input in = { .id = "box", .bundle = "/", .no_keyring = !c.keyring };
    struct spec *spec = NULL;
    struct plan *plan = NULL;
    struct err e = { 0 };
    char text[32768];

    snprintf(text, sizeof text,
             "{'ociVersion':'1.0.0','root':{'path':'r'},'process':{'cwd':'%s','args':[%s]%s},"
             "'linux':{'namespaces':[%s]%s}%s}",
             sandbox_text_or(c.cwd, "/"), sandbox_text_or(c.args, "'sh'"),
             sandbox_text_or(c.process, ""),
             sandbox_text_or(c.namespaces, "{'type':'mount'},{'type':'uts'}"),
             sandbox_text_or(c.linux_, ""), sandbox_text_or(c.top, ""));
    for (char *p = text; *p; p++)
        *p = *p == '\'' ? '"' : *p;
    in.rootfs = sandbox_text_or(c.rootfs, "/bundle/r");
    in.barrier = c.barrier;
    in.rootless = c.rootless;
    in.no_pivot = c.no_pivot;
    if (spec_parse(text, strlen(text), &spec, &e) < 0 ||
        (in.spec = spec, plan_build(&in, &plan, &e)) < 0) {
        printf("# no plan: %s\n", e.text);
        sandbox_end(1);
    }
    return plan;
}

#define PLAN(...) sandbox_plan((struct sandbox_config){ __VA_ARGS__ })

/* As init_main() leaves it. */
static inline struct init sandbox_init(const struct plan *plan)
{
    return (struct init){ .plan = plan,
                          .sync = -1,
                          .start = -1,
                          .rootfs = -1,
                          .nodes = -1,
                          .cgroup_ns = -1,
                          .network = -1,
                          .terminal = -1,
                          .procfs = -1,
                          .apparmor_fd = -1,
                          .selinux_fd = -1,
                          .umask = 022,
                          .grants = BOOT_GRANTS_NONE,
                          .actor = ROW_INIT };
}

/* The row fails, and says so. */
#define EXPECT_ERROR(call, error, code_, text_)                                                    \
    do {                                                                                           \
        EXPECT((call) == -(code_));                                                                \
        EXPECT_STR((error).text, text_);                                                           \
    } while (0)
