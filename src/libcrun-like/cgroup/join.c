// SPDX-License-Identifier: Apache-2.0
/* join.c - the file descriptors by which a new process gets into a container's cgroups. */
#include "cgroup/cgroup.h"

#include "base/cleanup.h"
#include "cgroup/dir.h"

#include <fcntl.h>

struct procs_fds {
    int fds[CGROUP_HIERARCHIES_MAX];
    unsigned count;
};

static void procs_fds_done(struct procs_fds *p)
{
    while (p->count > 0)
        cleanup_fd(&p->fds[--p->count]);
}

/* The container may have made the sub-cgroup: nothing leads out of its own. */
static int open_dir(const char *path, const char *below, struct err *e)
{
    auto_fd dir = cgroup_dir_open(path);
    int fd;

    if (dir < 0)
        return err_os(e, dir, "open cgroup '%s'", path);
    if (!below)
        return take_fd(&dir);
    fd = cgroup_dir_openat(dir, below, O_PATH | O_DIRECTORY);
    return fd < 0 ? err_os(e, fd, "--cgroup: open '%s' below cgroup '%s'", below, path) : fd;
}

int cgroup_open_join(const struct cgroup *cg, const char *const *below, int *ret_v2,
                     int ret_procs[CGROUP_HIERARCHIES_MAX], unsigned *ret_count, struct err *e)
{
    cleanup(procs_fds_done) struct procs_fds procs = { 0 };
    auto_fd v2 = -1;

    for (unsigned i = 0; i < cg->count; i++) {
        auto_fd dir = -EBADF;
        int fd;

        if (!cg->dirs[i])
            continue;
        dir = open_dir(cg->dirs[i], below ? below[i] : NULL, e);
        if (dir < 0)
            return dir;
        if (cg->v2[i]) {
            cleanup_fd(&v2);
            v2 = take_fd(&dir);
            continue;
        }
        /* Not cgroup.procs: moving a whole process waits for an RCU grace period in every hierarchy
         * (0.7 ms each), moving the calling thread does not. init has only one. */
        fd = cgroup_dir_openat(dir, "tasks", O_WRONLY);
        if (fd < 0)
            return err_os(e, fd, "open tasks of '%s'", cg->dirs[i]);
        procs.fds[procs.count++] = fd;
    }
    for (unsigned i = 0; i < procs.count; i++)
        ret_procs[i] = procs.fds[i];
    *ret_count = procs.count;
    procs.count = 0;
    *ret_v2 = v2 < 0 ? -1 : take_fd(&v2);
    return 0;
}
