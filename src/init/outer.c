// SPDX-License-Identifier: Apache-2.0
/*
 * outer.c - rows that need the host: its files, its rights, its namespaces. Ends with the clone.
 *
 * Outer is a child of the caller in the caller's namespaces and outside the container's cgroup, so
 * what it uses is not charged to the container.
 */
#include "init/init.h"

#include "base/fmt.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>

int row_hide(struct init *in, struct err *e)
{
    /* Undumpable since the first instruction; here is the name that ps shows. */
    SYS_5(__NR_prctl, PR_SET_NAME, "davit:outer", 0, 0, 0);
    if (SYS_5(__NR_prctl, PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
        return err_set(e, ERR_UNSUPPORTED, "still dumpable");
    return in->plan ? 0 : -EINVAL;
}

/* No link of procfs leads the way: it could end at a descriptor of ours (CVE-2024-21626). */
static int open_directory(const char *path)
{
    struct open_how how = { .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
                            .resolve = RESOLVE_NO_MAGICLINKS };
    long fd = sys_openat2(AT_FDCWD, path, &how);
    int root;

    if (fd != -ENOSYS && fd != -EPERM)
        return (int)fd;
    /* The walker takes links as the text that they show. */
    root = bare_openat(AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    fd = root < 0 ? root : path_open_walker(root, path, O_DIRECTORY);
    bare_close(root);
    return (int)fd;
}

int row_open_rootfs(struct init *in, struct err *e)
{
    const char *path = init_text(in, in->plan->rootfs);
    long fd = open_directory(path), rc;

    if (fd < 0)
        return err_os(e, fd, "root.path: open '%s'", path);
    /* A clone's working directory is carried over into its copy of the mounts, an fd is not. */
    rc = SYS_1(__NR_fchdir, fd);
    bare_close((int)fd);
    return rc < 0 ? err_os(e, rc, "root.path: enter '%s'", path) : 0;
}

/* An undumpable process's own files belong to root. Outer is still in the caller's namespaces,
 * where only the caller could look, so it may show itself for the length of an open. */
static int open_own(const char *path)
{
    int fd = bare_openat(AT_FDCWD, path, O_WRONLY | O_CLOEXEC, 0);

    if (fd != -EACCES)
        return fd;
    SYS_5(__NR_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0);
    fd = bare_openat(AT_FDCWD, path, O_WRONLY | O_CLOEXEC, 0);
    SYS_5(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
    return fd;
}

int row_oom_score(struct init *in, struct err *e)
{
    char text[16];
    unsigned n = (unsigned)fmt(text, sizeof text, "%d", in->plan->oom_score_adj);
    int fd = open_own("/proc/self/oom_score_adj");
    long rc;

    if (fd < 0)
        return err_os(e, fd, "open /proc/self/oom_score_adj");
    rc = bare_write(fd, text, n);
    bare_close(fd);
    return rc < 0 ? err_os(e, rc, "process.oomScoreAdj: write %s", text) : 0;
}

int row_raise_limits(struct init *in, struct err *e)
{
    const struct plan_rlimit *r = plan_items(in->plan, in->plan->rlimits);

    for (uint32_t i = 0; i < in->plan->rlimits.count; i++) {
        struct {
            uint64_t soft, hard;
        } now, want;
        long rc = SYS_4(__NR_prlimit64, 0, r[i].resource, NULL, &now);

        if (rc < 0)
            return err_os(e, rc, "process.rlimits[%u]: read %s", i, init_text(in, r[i].name));
        if (r[i].hard <= now.hard)
            continue;
        /* Only the ceiling, and only what the host's capabilities are needed for. */
        want.soft = now.soft;
        want.hard = r[i].hard;
        rc = SYS_4(__NR_prlimit64, 0, r[i].resource, &want, NULL);
        if (rc < 0)
            return err_os(e, rc, "process.rlimits[%u]: raise %s to %llu", i,
                          init_text(in, r[i].name), (unsigned long long)r[i].hard);
    }
    return 0;
}

static int join_one(struct init *in, const struct plan_join *j, int fd, struct err *e)
{
    long rc = SYS_2(__NR_setns, fd, j->flag);

    if (rc < 0)
        return err_os(e, rc, "%s.path: join '%s'", init_text(in, j->where), init_text(in, j->path));
    return 0;
}

/* One pass over the joins that are still open, the user namespace or the others. */
static int join_pass(struct init *in, int *fds, bool user, bool tolerate, struct err *e)
{
    const struct plan_join *j = plan_items(in->plan, in->plan->joins);

    for (uint32_t i = 0; i < in->plan->joins.count; i++) {
        int rc;

        if (fds[i] < 0 || user != (j[i].flag == CLONE_NEWUSER))
            continue;
        rc = join_one(in, &j[i], fds[i], e);
        if (rc == -EPERM && tolerate)
            continue;
        if (rc < 0)
            return rc;
        bare_close(fds[i]);
        fds[i] = -1;
    }
    return 0;
}

int row_join(struct init *in, struct err *e)
{
    const struct plan_join *j = plan_items(in->plan, in->plan->joins);
    int fds[8];

    /* All are opened with the host's eyes, before the first one changes what we see. */
    for (uint32_t i = 0; i < in->plan->joins.count && i < sizeof fds / sizeof fds[0]; i++) {
        fds[i] = bare_openat(AT_FDCWD, init_text(in, j[i].path), O_RDONLY | O_CLOEXEC, 0);
        if (fds[i] < 0)
            return err_os(e, fds[i], "%s.path: open '%s'", init_text(in, j[i].where),
                          init_text(in, j[i].path));
    }
    for (uint32_t i = 0; i < in->plan->joins.count && plan_joins_cgroup_late(in->plan); i++)
        if (j[i].flag == CLONE_NEWCGROUP) {
            in->cgroup_ns = fds[i];
            fds[i] = -1;
        }
    /* What the host owns can be joined only with the host's rights, what the user namespace owns
     * only with its own: so before it, then it, then the rest. */
    if (join_pass(in, fds, false, in->plan->join_flags & CLONE_NEWUSER, e) < 0 ||
        join_pass(in, fds, true, false, e) < 0 || join_pass(in, fds, false, false, e) < 0)
        return -e->code;
    /* setns to a mount namespace moved us to its root. */
    return in->plan->join_flags & CLONE_NEWNS ? row_open_rootfs(in, e) : 0;
}

int row_time_offsets(struct init *in, struct err *e)
{
    const char *text = init_text(in, in->plan->time_offsets);
    long rc = SYS_1(__NR_unshare, CLONE_NEWTIME), fd;

    if (rc < 0)
        return err_os(e, rc, "unshare time namespace");
    if (!text)
        return 0;
    fd = open_own("/proc/self/timens_offsets");
    if (fd < 0)
        return err_os(e, fd, "open /proc/self/timens_offsets");
    rc = bare_write((int)fd, text, bare_strlen(text));
    bare_close((int)fd);
    return rc < 0 ? err_os(e, rc, "linux.timeOffsets: write timens_offsets") : 0;
}

/* Returns the pid in outer, 0 in init. CLONE_PARENT: init becomes the caller's own child. */
static long clone_into(struct init *in, int cgroup_fd)
{
    struct clone_args args = { .flags = CLONE_PARENT | in->plan->clone_flags };

    if (cgroup_fd >= 0) {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = (uint64_t)cgroup_fd;
    }
    return sys_clone3(&args, sizeof args);
}

/* Without clone3 (an outer container's filter): plain clone, and the v2 tree is joined like a v1
 * one. */
static long clone_plain(struct init *in)
{
    unsigned long flags = CLONE_PARENT | in->plan->clone_flags;

#if defined(__x86_64__)
    return SYS_5(__NR_clone, flags, 0, NULL, NULL, 0);
#else
    return SYS_5(__NR_clone, flags, 0, NULL, 0, NULL);
#endif
}

static int enter_by_hand(const struct boot_grants *g, struct err *e)
{
    long rc;

    if (g->cgroup_fd < 0)
        return 0;
    /* The runtime hands over none where it may not open it. */
    rc = g->cgroup_procs_fd < 0 ? -EACCES : bare_write(g->cgroup_procs_fd, "0", 1);
    if (rc == -EBUSY && g->cgroup_fallback_procs_fd >= 0)
        rc = bare_write(g->cgroup_fallback_procs_fd, "0", 1);
    return rc < 0 ? err_os(e, rc, "join cgroup: write cgroup.procs") : 0;
}

static long clone_in_cgroup(struct init *in)
{
    long pid = clone_into(in, in->grants.cgroup_fd);

    /* The container's own manager moved its processes to sub-cgroups: go where its init is. */
    return pid == -EBUSY && in->grants.cgroup_fallback_fd >= 0
               ? clone_into(in, in->grants.cgroup_fallback_fd)
               : pid;
}

/* The way for when clone3 refused with this errno. EACCES: CLONE_INTO_CGROUP asks for more than a
 * write to cgroup.procs under delegation. EAGAIN: pids.max is 0, which a move does not heed. */
static long clone_outside(struct init *in, long why)
{
    return why == -EACCES || why == -EAGAIN ? clone_into(in, -1) : clone_plain(in);
}

static bool has_another_way(long pid)
{
    return pid == -ENOSYS || pid == -EPERM || pid == -EACCES || pid == -EAGAIN;
}

/* init goes on here, with what it does not need closed. */
static int become_init(struct init *in, bool in_cgroup, struct err *e)
{
    const struct boot_grants *g = &in->grants;

    in->actor = ROW_INIT;
    SYS_5(__NR_prctl, PR_SET_NAME, "davit:init", 0, 0, 0);
    if (!in_cgroup && enter_by_hand(g, e) < 0)
        return -e->code;
    bare_close(g->cgroup_fd);
    bare_close(g->cgroup_procs_fd);
    bare_close(g->cgroup_fallback_fd);
    bare_close(g->cgroup_fallback_procs_fd);
    if (in->cgroup_ns != in->hello.target_fd)
        bare_close(in->hello.target_fd);
    return 0;
}

int row_clone(struct init *in, struct err *e)
{
    bool in_cgroup;
    long pid;

    /* The owner of a brand-new user namespace may write its maps only while we can be looked at. */
    if ((in->plan->flags & PLAN_ROOTLESS) && (in->plan->clone_flags & CLONE_NEWUSER))
        SYS_5(__NR_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0);
    pid = clone_in_cgroup(in);
    in_cgroup = !has_another_way(pid);
    if (!in_cgroup)
        pid = clone_outside(in, pid);
    if (pid < 0)
        return err_os(e, pid, "clone");
    in->cloned = true;
    if (pid == 0)
        return become_init(in, in_cgroup, e);
    in->pid = (int)pid;
    pid = init_send(in, BOOT_MSG_CLONED, (int32_t)pid, -1, NULL);
    return pid < 0 ? err_os(e, pid, "send CLONED") : 0;
}

int row_join_container(struct init *in, struct err *e)
{
    uint32_t all = in->plan->join_flags & ~(uint32_t)CLONE_NEWCGROUP;
    long rc = SYS_2(__NR_setns, in->hello.target_fd, all);

    if (rc == -EPERM && (all & CLONE_NEWUSER)) {
        /* Some namespaces belong to the host, others to the container's user namespace. */
        for (uint32_t bit = 1U << 7; bit && bit <= 1U << 30; bit <<= 1)
            if ((all & bit) && bit != CLONE_NEWUSER &&
                SYS_2(__NR_setns, in->hello.target_fd, bit) == 0)
                all &= ~bit;
        rc = SYS_2(__NR_setns, in->hello.target_fd, all);
    }
    if (plan_joins_cgroup_late(in->plan))
        in->cgroup_ns = in->hello.target_fd;
    return rc < 0 ? err_os(e, rc, "setns") : 0;
}
