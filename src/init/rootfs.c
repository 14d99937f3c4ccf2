// SPDX-License-Identifier: Apache-2.0
/* rootfs.c - rows that put the container's tree in place of the host's. */
#include "init/init.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>

#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif

static int set_host_propagation(struct init *in, struct err *e)
{
    struct mount_attr attr = { .propagation = in->plan->host_propagation };
    long rc = sys_mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &attr);

    if (rc == -ENOSYS || rc == -EPERM)
        rc = SYS_5(__NR_mount, "none", "/", NULL, in->plan->host_propagation | MS_REC, NULL);
    return rc < 0 ? err_os(e, rc, "set propagation of the host's mounts") : 0;
}

int row_attach_rootfs(struct init *in, struct err *e)
{
    int rc;

    /* Nothing that is mounted from here on may reach the host. Binds with a shared propagation
     * still can: outer cloned them from the host's own mounts. */
    if (set_host_propagation(in, e) < 0)
        return -e->code;
    /* The working directory is the rootfs: outer went there, the clone's mounts were copied. */
    in->rootfs = mount_clone(AT_FDCWD, ".", true);
    if (in->rootfs < 0)
        return err_os(e, in->rootfs, "open_tree '%s'", init_text(in, in->plan->rootfs));
    rc = (int)sys_move_mount(in->rootfs, "", AT_FDCWD, ".", MOVE_MOUNT_F_EMPTY_PATH);
    return rc < 0 ? err_os(e, rc, "move_mount '%s'", init_text(in, in->plan->rootfs)) : 0;
}

/* The working directory becomes the root. --no-pivot allows to do without pivot_root, which leaves
 * nothing of the host, and is no reason to do so where it works. */
static int enter_rootfs(struct init *in, struct err *e)
{
    /* pivot_root(".", ".") stacks the old root on the new one, so no directory is needed for it. */
    long rc = SYS_2(__NR_pivot_root, ".", ".");

    if (rc == -EINVAL && (in->plan->flags & PLAN_NO_PIVOT))
        return move_root(in, e);
    if (rc == -EINVAL)
        return err_os(e, rc, "pivot_root (a host that runs from its initramfs needs --no-pivot)");
    if (rc < 0)
        return err_os(e, rc, "pivot_root");
    rc = SYS_2(__NR_umount2, ".", MNT_DETACH);
    return rc < 0 ? err_os(e, rc, "detach old root") : 0;
}

int row_pivot(struct init *in, struct err *e)
{
    long rc = SYS_1(__NR_fchdir, in->rootfs);

    if (rc < 0)
        return err_os(e, rc, "enter rootfs");
    TRY(enter_rootfs(in, e));
    /* No directory stays open: the payload's own processes may look at us from here on. */
    bare_close(in->rootfs);
    in->rootfs = -1;
    rc = SYS_1(__NR_chdir, "/");
    return rc < 0 ? err_os(e, rc, "chdir /") : 0;
}

/* Attributes or propagation of "/", which is the container's by now. */
static int set_root(uint64_t attributes, uint64_t propagation)
{
    int fd = bare_openat(AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC, 0), rc;

    rc = fd < 0 ? fd : mount_set_at(fd, "/", attributes, 0, propagation, false);
    bare_close(fd);
    return rc;
}

int row_root_propagation(struct init *in, struct err *e)
{
    int rc = set_root(0, in->plan->rootfs_propagation);

    return rc < 0 ? err_os(e, rc, "linux.rootfsPropagation: set it on /") : 0;
}

int row_root_readonly(struct init *in, struct err *e)
{
    int rc = set_root(MOUNT_ATTR_RDONLY, 0);

    return rc < 0 ? err_os(e, rc, "make / read-only") : in->plan ? 0 : -EINVAL;
}
