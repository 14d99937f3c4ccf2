// SPDX-License-Identifier: Apache-2.0
/* freeze.c - stopping all of a container at once, and letting it go on. */
#include "cgroup/cgroup.h"

#include "base/cleanup.h"
#include "cgroup/dir.h"

#include <errno.h>
#include <string.h>
#include <time.h>

/* A process in an uninterruptible wait freezes when that ends; how long the others wait for it, in
 * ms. */
enum { PATIENCE = 2000 };

static bool reads_as(int dirfd, const char *file, const char *text)
{
    char buf[64];

    return cgroup_file_read(dirfd, file, buf, sizeof buf) >= 0 && strcmp(buf, text) == 0;
}

static bool is_settled(int dirfd, bool v2)
{
    char events[256];

    if (!v2)
        return reads_as(dirfd, "freezer.state", "FROZEN");
    return cgroup_file_read(dirfd, "cgroup.events", events, sizeof events) >= 0 &&
           strstr(events, "frozen 1");
}

static int set(int dirfd, bool v2, bool on)
{
    if (v2)
        return cgroup_file_write(dirfd, "cgroup.freeze", on ? "1" : "0");
    return cgroup_file_write(dirfd, "freezer.state", on ? "FROZEN" : "THAWED");
}

static int freeze_directory(const struct cgroup *cg, unsigned i, int dirfd, struct err *e)
{
    const struct timespec pause = { .tv_nsec = 1000000 };
    int rc = set(dirfd, cg->v2[i], true);

    if (rc < 0)
        return err_os(e, rc, "freeze cgroup '%s'", cg->dirs[i]);
    for (int ms = 0; !is_settled(dirfd, cg->v2[i]); ms++) {
        if (ms == PATIENCE) {
            set(dirfd, cg->v2[i], false);
            return err_set(e, ERR_BUSY, "freeze cgroup '%s': a process does not stop", cg->dirs[i]);
        }
        /* A KILL thaws, for its process to die. On v1 the last to write has its way. */
        if (cg->v2[i] && reads_as(dirfd, "cgroup.freeze", "0"))
            return err_set(e, ERR_BUSY, "freeze cgroup '%s': it was thawed meanwhile", cg->dirs[i]);
        nanosleep(&pause, NULL);
        /* v1 forgets tasks that were forked while it froze until it is told again. */
        if (!cg->v2[i])
            set(dirfd, false, true);
    }
    return 0;
}

/* The hierarchy that freezes this container: the v2 tree (Linux 5.2), else a v1 freezer. */
static int open_freezer(const struct cgroup *cg, unsigned *ret_index)
{
    for (int v2 = 1; v2 >= 0; v2--)
        for (unsigned i = 0; i < cg->count; i++) {
            int fd;

            if (!cg->dirs[i] || !(v2 ? cg->v2[i] : cg->freezer[i]))
                continue;
            fd = cgroup_dir_open(cg->dirs[i]);
            if (fd == -ENOENT)
                continue;
            *ret_index = i;
            return fd;
        }
    return -ENOENT;
}

static int freeze(const struct cgroup *cg, struct err *e)
{
    unsigned i = 0;
    auto_fd dir = open_freezer(cg, &i);

    if (dir == -ENOENT)
        return err_set(e, ERR_UNSUPPORTED, "freeze: the container has no cgroup that can freeze");
    if (dir < 0)
        return err_os(e, dir, "open cgroup '%s'", cg->dirs[i]);
    return freeze_directory(cg, i, dir, e);
}

/* Everywhere: on a hybrid host somebody may have frozen it by the hierarchy that we do not use. */
static int thaw(const struct cgroup *cg, struct err *e)
{
    for (unsigned i = 0; i < cg->count; i++) {
        auto_fd dir = -EBADF;
        int rc;

        if (!cg->dirs[i] || !(cg->v2[i] || cg->freezer[i]))
            continue;
        dir = cgroup_dir_open(cg->dirs[i]);
        rc = dir < 0 ? dir : set(dir, cg->v2[i], false);
        /* ENOENT: it is gone, or a v2 tree of before Linux 5.2. */
        if (rc < 0 && rc != -ENOENT && rc != -ENODEV)
            return err_os(e, rc, "thaw cgroup '%s'", cg->dirs[i]);
    }
    return 0;
}

int cgroup_freeze(const struct cgroup *cg, bool on, struct err *e)
{
    if (cg->count == 0)
        return 0;
    return on ? freeze(cg, e) : thaw(cg, e);
}

int cgroup_frozen(const struct cgroup *cg, bool *ret, struct err *e)
{
    bool frozen = false;

    for (unsigned i = 0; i < cg->count; i++) {
        auto_fd dir = -EBADF;
        char state[64];
        int rc;

        if (!cg->dirs[i] || !(cg->v2[i] || cg->freezer[i]))
            continue;
        dir = cgroup_dir_open(cg->dirs[i]);
        if (dir == -ENOENT)
            continue;
        rc = dir < 0 ? dir
                     : cgroup_file_read(dir, cg->v2[i] ? "cgroup.freeze" : "freezer.state", state,
                                        sizeof state);
        if (rc < 0 && rc != -ENOENT && rc != -ENODEV)
            return err_os(e, rc, "read whether cgroup '%s' is frozen", cg->dirs[i]);
        frozen |= rc > 0 && strcmp(state, cg->v2[i] ? "0" : "THAWED") != 0;
    }
    *ret = frozen;
    return 0;
}
