// SPDX-License-Identifier: Apache-2.0
/* processes.c - who lives in a container's cgroups, and sending them signals. */
#include "cgroup/processes.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/sys.h"
#include "cgroup/cgroup.h"
#include "cgroup/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

enum { PROCS_LIMIT = 64 << 20, BATCH = 64, KILL_ROUNDS = 200, WALK_ATTEMPTS = 100 };

struct pids {
    pid_t *items;
    size_t count, size;
};

static void pids_done(struct pids *p)
{
    free(p->items);
    *p = (struct pids){ 0 };
}

static int pids_add(struct pids *p, pid_t pid)
{
    if (p->count == p->size) {
        size_t size = p->size ? p->size * 2 : 32;
        pid_t *bigger = reallocarray(p->items, size, sizeof *bigger);

        if (!bigger)
            return -ENOMEM;
        p->items = bigger;
        p->size = size;
    }
    p->items[p->count++] = pid;
    return 0;
}

/* The file cgroup.procs of one directory; nothing when it died, or is threaded (its processes are
 * listed above then). */
static int read_procs(int dirfd, char **ret)
{
    auto_fd fd = cgroup_dir_openat(dirfd, "cgroup.procs", O_RDONLY);
    struct err e;
    int rc = fd < 0 ? fd : file_read_fd(fd, PROCS_LIMIT, ret, NULL, &e);

    return rc == -ENOENT || rc == -ENODEV || rc == -EOPNOTSUPP ? 0 : rc;
}

static int add_procs(int dirfd, void *data)
{
    auto_free char *text = NULL;
    char *p, *end;

    TRY(read_procs(dirfd, &text));
    for (p = text; p && *p; p = end + (*end == '\n')) {
        long pid = strtol(p, &end, 10);

        if (end == p)
            return -EINVAL;
        /* 0 is somebody outside of our pid namespace. */
        if (pid > 0)
            TRY(pids_add(data, (pid_t)pid));
    }
    return 0;
}

static int ascending(const void *a, const void *b)
{
    pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

    return (x > y) - (x < y);
}

/* A process is in every hierarchy, so one will do: the v2 tree, or any other that is there. */
static int open_any(const struct cgroup *cg)
{
    int fd = -ENOENT;

    for (int v2 = 1; v2 >= 0; v2--)
        for (unsigned i = 0; i < cg->count; i++) {
            if (!cg->dirs[i] || cg->v2[i] != (v2 == 1))
                continue;
            fd = cgroup_dir_open(cg->dirs[i]);
            if (fd != -ENOENT)
                return fd;
        }
    return fd;
}

static int list_pids(const struct cgroup *cg, struct pids *ret)
{
    const struct cgroup_walk walk = { .enter = add_procs, .data = ret };
    auto_fd dir = open_any(cg);
    size_t kept = 0;
    int rc = dir;

    /* Half a list is not an answer: who makes and removes cgroups inside could hide that way. */
    for (int i = 0; i < WALK_ATTEMPTS && dir >= 0; i++) {
        ret->count = 0;
        rc = cgroup_walk(dir, &walk);
        if (rc != -ESTALE)
            break;
    }
    if (rc < 0 && rc != -ENOENT)
        return rc;
    if (ret->count > 1)
        qsort(ret->items, ret->count, sizeof *ret->items, ascending);
    /* v1 lists a process once per thread that it has been split into. */
    for (size_t i = 0; i < ret->count; i++)
        if (i == 0 || ret->items[i] != ret->items[i - 1])
            ret->items[kept++] = ret->items[i];
    ret->count = kept;
    return 0;
}

int cgroup_pids(const struct cgroup *cg, pid_t **ret, size_t *ret_count, struct err *e)
{
    cleanup(pids_done) struct pids pids = { 0 };
    int rc = list_pids(cg, &pids);

    if (rc < 0)
        return err_os(e, rc, "read the processes of the cgroup");
    *ret = take_ptr(pids.items);
    *ret_count = pids.count;
    return 0;
}

static int stop_at_process(int dirfd, void *data)
{
    auto_free char *text = NULL;

    TRY(read_procs(dirfd, &text));
    *(bool *)data |= text && *text;
    return 0;
}

int cgroup_processes_in(int dirfd, bool *ret)
{
    bool found = false;
    const struct cgroup_walk walk = { .enter = stop_at_process, .data = &found };
    int rc = cgroup_walk(dirfd, &walk);

    if (rc < 0 && rc != -ENOENT)
        return rc;
    *ret = found;
    return 0;
}

/* Signal up to BATCH processes. A pid says little, but a process that is listed after its pidfd was
 * opened is the one that the pidfd stands for. */
static int signal_batch(const struct cgroup *cg, const pid_t *pids, size_t count, int sig)
{
    cleanup(pids_done) struct pids still = { 0 };
    int fds[BATCH], rc;

    for (size_t i = 0; i < count; i++)
        fds[i] = (int)sys_pidfd_open(pids[i], 0);
    rc = list_pids(cg, &still);
    for (size_t i = 0; i < count; i++) {
        int sent = fds[i] == -ESRCH ? 0 : fds[i];

        if (fds[i] >= 0 && still.count &&
            bsearch(&pids[i], still.items, still.count, sizeof *pids, ascending))
            sent = (int)sys_pidfd_send_signal(fds[i], sig);
        if (sent < 0 && sent != -ESRCH && rc >= 0)
            rc = sent;
        cleanup_fd(&fds[i]);
    }
    return rc;
}

static int signal_all(const struct cgroup *cg, int sig, size_t *ret_count)
{
    cleanup(pids_done) struct pids pids = { 0 };

    TRY(list_pids(cg, &pids));
    for (size_t i = 0; i < pids.count; i += BATCH)
        TRY(signal_batch(cg, pids.items + i, pids.count - i < BATCH ? pids.count - i : BATCH, sig));
    *ret_count = pids.count;
    return 0;
}

/* cgroup.kill (Linux 5.14) takes the whole tree, forks under way included. */
static int kill_by_file(const struct cgroup *cg)
{
    for (unsigned i = 0; i < cg->count; i++) {
        auto_fd dir = -EBADF;

        if (!cg->v2[i] || !cg->dirs[i])
            continue;
        dir = cgroup_dir_open(cg->dirs[i]);
        if (dir >= 0)
            return cgroup_file_write(dir, "cgroup.kill", "1");
    }
    return -ENOENT;
}

static int thaw_directory(int dirfd, void *data)
{
    int rc = cgroup_file_write(dirfd, "freezer.state", "THAWED");

    return rc == -ENOENT || rc == -ENODEV ? 0 : rc;
}

/* The container may have frozen cgroups of its own below. What is frozen on v1 does not die. */
static int thaw_v1(const struct cgroup *cg)
{
    const struct cgroup_walk walk = { .enter = thaw_directory };
    int first = 0;

    for (unsigned i = 0; i < cg->count; i++) {
        auto_fd dir = -EBADF;
        int rc;

        if (!cg->freezer[i] || !cg->dirs[i])
            continue;
        dir = cgroup_dir_open(cg->dirs[i]);
        rc = dir < 0 ? dir : cgroup_walk(dir, &walk);
        if (rc < 0 && rc != -ENOENT && first == 0)
            first = rc;
    }
    return first;
}

/* Kill by list: frozen, so that nobody forks meanwhile; then again until the last one is gone. */
static int kill_by_list(const struct cgroup *cg)
{
    const struct timespec pause = { .tv_nsec = 1000000 };
    size_t count = 0;
    struct err ignored;
    int rc, thawed;

    cgroup_freeze(cg, true, &ignored);
    rc = signal_all(cg, SIGKILL, &count);
    cgroup_freeze(cg, false, &ignored);
    thawed = thaw_v1(cg);
    for (int i = 0; rc >= 0 && count > 0 && i < KILL_ROUNDS; i++) {
        rc = signal_all(cg, SIGKILL, &count);
        if (count > 0)
            nanosleep(&pause, NULL);
    }
    return rc < 0 ? rc : thawed;
}

static int kill_all(const struct cgroup *cg)
{
    if (kill_by_file(cg) < 0)
        return kill_by_list(cg);
    return thaw_v1(cg);
}

/* Others than SIGKILL may stay pending: a container that was frozen before stays so. */
static int signal_frozen(const struct cgroup *cg, int sig)
{
    bool frozen = false;
    struct err ignored;
    size_t count;
    int rc;

    cgroup_frozen(cg, &frozen, &ignored);
    if (!frozen)
        cgroup_freeze(cg, true, &ignored);
    rc = signal_all(cg, sig, &count);
    if (!frozen)
        cgroup_freeze(cg, false, &ignored);
    return rc;
}

int cgroup_kill(const struct cgroup *cg, int sig, struct err *e)
{
    int rc;

    if (cg->count == 0)
        return 0;
    rc = sig == SIGKILL ? kill_all(cg) : signal_frozen(cg, sig);
    if (rc < 0)
        return err_os(e, rc, "send signal %d to the processes of the cgroup", sig);
    return 0;
}
