// SPDX-License-Identifier: Apache-2.0
/*
 * nodes.c - device nodes for a user namespace (config-linux.md "Devices").
 *
 * A user namespace can't make device nodes, and the host may have none with the wanted numbers,
 * mode and owner. So outer makes them, named by their place in the list, on a small file system
 * that is mounted nowhere; init puts it over the directory of the first one for as long as it binds
 * them.
 */
#include "init/init.h"

#include "base/fmt.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>

static void name_of(uint32_t index, char ret[16])
{
    fmt(ret, 16, "%u", index);
}

static int make_file_system(struct err *e)
{
    long fs = sys_fsopen("tmpfs", FSOPEN_CLOEXEC), fd;

    if (fs < 0)
        return err_os(e, fs, "fsopen tmpfs");
    fd = sys_fsconfig((int)fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
    if (fd == 0)
        fd = sys_fsmount((int)fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
    bare_close((int)fs);
    return fd < 0 ? err_os(e, fd, "mount tmpfs") : (int)fd;
}

static int make_node(int dir, uint32_t index, const struct plan_device *d)
{
    char name[16];
    int rc;

    name_of(index, name);
    rc = bare_mknodat(dir, name, d->type | d->mode, bare_makedev(d->major, d->minor));
    if (rc == 0 && (d->host_uid || d->host_gid))
        rc = (int)SYS_5(__NR_fchownat, dir, name, d->host_uid, d->host_gid, AT_SYMLINK_NOFOLLOW);
    return rc;
}

int row_nodes(struct init *in, struct err *e)
{
    const struct plan_device *d = plan_items(in->plan, in->plan->devices);
    int dir = make_file_system(e);

    if (dir < 0)
        return dir;
    in->nodes = dir;
    for (uint32_t i = 0; i < in->plan->devices.count; i++) {
        int rc = d[i].by_outer ? make_node(dir, i, &d[i]) : 0;

        if (rc < 0)
            return err_os(e, rc, "%s: mknod '%s'", init_text(in, d[i].where),
                          init_text(in, d[i].path));
    }
    return 0;
}

/* Attached, because a tree that is mounted nowhere can't be cloned from (before 6.15); and all at
 * once, because no path below dir leads anywhere else meanwhile. */
static long clone_all(struct init *in, int dir)
{
    const struct plan_device *d = plan_items(in->plan, in->plan->devices);
    uint32_t count = in->plan->devices.count;
    long p = vector_map(count * sizeof *in->node_trees), rc;
    char name[16];

    if (p < 0 && p > -4096)
        return p;
    in->node_trees = (int *)p;
    rc = mount_onto(in->nodes, dir);
    for (uint32_t i = 0; i < count && rc >= 0; i++) {
        name_of(i, name);
        in->node_trees[i] = d[i].by_outer ? mount_clone(in->nodes, name, false) : -1;
        rc = d[i].by_outer ? in->node_trees[i] : 0;
    }
    if (rc >= 0)
        rc = SYS_1(__NR_fchdir, in->nodes);
    if (rc >= 0)
        rc = SYS_2(__NR_umount2, ".", MNT_DETACH);
    if (rc >= 0)
        rc = SYS_1(__NR_fchdir, in->rootfs);
    bare_close(in->nodes);
    in->nodes = -1;
    return rc;
}

int nodes_take(struct init *in, uint32_t index, int dir)
{
    long rc = in->node_trees ? 0 : clone_all(in, dir);

    return rc < 0 ? (int)rc : in->node_trees[index];
}
