// SPDX-License-Identifier: Apache-2.0
/* mount_bind.c - a bind mount: where its source is found, what its flags become. */
#include "init/init.h"

#include <errno.h>
#include <linux/sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

enum { ST_ATIME = ST_NOATIME | ST_NODIRATIME | ST_RELATIME };

/* What earlier mounts made of the container's tree counts for a source that lies in it. No link in
 * it leads to the host's files (CVE-2021-30465). */
static int clone_inside(struct init *in, const struct plan_mount *m)
{
    int place = path_open(in->rootfs, init_text(in, m->inside), 0), fd;

    fd = place < 0 ? place : mount_clone(place, "", m->recursive);
    bare_close(place);
    return fd;
}

/* Opened by outer with the host's rights, or here when it could not. */
static int open_source(struct init *in, const struct plan_mount *m, int *from_outer, struct err *e)
{
    const char *source = init_text(in, m->source);
    int fd = from_outer ? *from_outer : -1;

    if (fd < 0)
        fd = m->inside ? clone_inside(in, m) : mount_clone(AT_FDCWD, source, m->recursive);
    if (fd < 0)
        return err_os(e, fd, "open_tree '%s'", source);
    if (from_outer)
        *from_outer = -1;
    return fd;
}

/* What of the source's flags has gone or, for access times, is another: NULL for nothing. */
static const char *lost(unsigned long before, unsigned long after)
{
    static const struct {
        unsigned long flag;
        const char *name;
    } lockable[] = {
        { ST_RDONLY, "'ro'" },
        { ST_NOSUID, "'nosuid'" },
        { ST_NODEV, "'nodev'" },
        { ST_NOEXEC, "'noexec'" },
    };

    for (unsigned i = 0; i < sizeof lockable / sizeof lockable[0]; i++)
        if (before & ~after & lockable[i].flag)
            return lockable[i].name;
    return (before ^ after) & ST_ATIME ? "the access time" : NULL;
}

/* The kernel locks a mount's flags on its way into another user namespace's mount namespace.
 * Outer's come from outside and have no locks, so we heed them ourselves; those of a user namespace
 * that we all are in show by EPERM. Only nosymfollow is never locked. */
static int set_flags(struct init *in, const struct plan_mount *m, int tree, struct err *e)
{
    bool locked = (in->plan->clone_flags | in->plan->join_flags) & CLONE_NEWUSER;
    uint64_t free = m->drop & MOUNT_ATTR_NOSYMFOLLOW;
    unsigned long before = mount_flags(tree);
    const char *what = NULL;
    int rc = locked ? -EPERM : mount_set(tree, m->set, m->clear | m->drop, 0, false);

    if (rc == -EPERM)
        rc = mount_set(tree, m->set, m->clear | free, 0, false);
    if (rc < 0)
        return err_os(e, rc, "set mount attributes");
    if (locked)
        what = lost(before, mount_flags(tree));
    return what ? err_os(e, EPERM, "%s of the source is locked in a user namespace", what) : 0;
}

int bind_attach(struct init *in, const struct plan_mount *m, int tree, struct err *e)
{
    uint32_t propagation = in->plan->host_propagation;
    bool cut = in->plan->rootfs_propagation != MS_SHARED;
    int target, rc;

    /* The clone is a peer of the host's mount: it gets what the rest of the tree got. Before it is
     * attached, where the kernel can do that to a detached mount. */
    if (cut && mount_set(tree, 0, 0, propagation, true) == 0)
        cut = false;
    target = mount_target(in, m, mount_is_directory(tree) ? PATH_MAKE_DIR : PATH_MAKE_FILE, e);
    if (target < 0)
        return target;
    rc = mount_onto(tree, target);
    bare_close(target);
    if (rc < 0)
        return err_os(e, rc, "move_mount to '%s'", init_text(in, m->destination));
    rc = cut ? mount_set(tree, 0, 0, propagation, true) : 0;
    if (rc < 0)
        return err_os(e, rc, "set propagation");
    if (set_flags(in, m, tree, e) < 0)
        return -e->code;
    return mount_set_all(in, m, tree, false, e);
}

int bind_mount(struct init *in, const struct plan_mount *m, int *from_outer, struct err *e)
{
    int tree = open_source(in, m, from_outer, e), rc;

    if (tree < 0)
        return tree;
    rc = bind_attach(in, m, tree, e);
    bare_close(tree);
    return rc;
}
