// SPDX-License-Identifier: Apache-2.0
/* remove.c - taking a container's directories away, however many it has made inside. */
#include "cgroup/cgroup.h"

#include "base/cleanup.h"
#include "cgroup/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { PAUSE_FIRST_US = 100, PAUSE_LAST_US = 10000 };

static int remove_child(int parentfd, const char *name, void *data)
{
    if (unlinkat(parentfd, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
        return -errno;
    return 0;
}

/* 0: it is gone. Nearly always the first call is all there is to do. */
static int remove_directory(const char *path)
{
    const struct cgroup_walk walk = { .leave = remove_child };
    auto_fd dir = -EBADF;
    int rc;

    if (rmdir(path) == 0 || errno == ENOENT)
        return 0;
    if (errno != EBUSY && errno != ENOTEMPTY)
        return -errno;
    dir = cgroup_dir_open(path);
    rc = dir < 0 ? dir : cgroup_walk(dir, &walk);
    if (rc < 0 && rc != -ENOENT)
        return rc;
    return rmdir(path) == 0 || errno == ENOENT ? 0 : -errno;
}

/* The parents that were made for this container, as far as nobody else uses them. */
static void remove_parents(const char *leaf, unsigned made)
{
    char path[PATH_MAX];

    snprintf(path, sizeof path, "%s", leaf);
    while (made-- > 1) {
        *strrchr(path, '/') = '\0';
        if (rmdir(path) < 0 && errno != ENOENT)
            return;
    }
}

static long long now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static bool may_pass(int rc)
{
    return rc == -EBUSY || rc == -ENOTEMPTY || rc == -ESTALE;
}

/* One try in each hierarchy that is left. Returns how many are still there; an error that waiting
 * won't heal does not keep the others from being removed. */
static int remove_round(const struct cgroup *cg, bool gone[CGROUP_HIERARCHIES_MAX],
                        unsigned *ret_busy, struct err *e)
{
    int left = 0, failed = 0;

    for (unsigned i = 0; i < cg->count; i++) {
        int rc;

        if (gone[i] || !cg->dirs[i])
            continue;
        rc = remove_directory(cg->dirs[i]);
        if (may_pass(rc)) {
            *ret_busy = i;
            left++;
        } else if (rc < 0) {
            failed = err_os(e, rc, "remove cgroup '%s'", cg->dirs[i]);
        } else {
            remove_parents(cg->dirs[i], cg->made[i]);
            gone[i] = true;
        }
    }
    return failed < 0 ? failed : left;
}

int cgroup_remove(const struct cgroup *cg, int timeout_ms, struct err *e)
{
    bool gone[CGROUP_HIERARCHIES_MAX] = { false };
    long long deadline = now_us() + timeout_ms * 1000LL;
    unsigned pause = PAUSE_FIRST_US, busy = 0;

    for (;;) {
        int left = remove_round(cg, gone, &busy, e);

        if (left <= 0)
            return left;
        if (now_us() >= deadline)
            return err_set(e, ERR_BUSY, "remove cgroup '%s': processes still live there",
                           cg->dirs[busy]);
        nanosleep(&(struct timespec){ .tv_nsec = pause * 1000L }, NULL);
        pause = pause * 2 < PAUSE_LAST_US ? pause * 2 : PAUSE_LAST_US;
    }
}
