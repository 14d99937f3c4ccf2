// SPDX-License-Identifier: Apache-2.0
/* protect.c - masked and read-only paths (config-linux.md "Masked Paths", "Readonly Paths"). */
#include "init/init.h"

#include "base/fmt.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif

/* What masks: the host's null device, proven to be it (CVE-2025-31133), and one empty directory. */
struct masks {
    int null, empty;
};

static int open_null(struct err *e)
{
    struct bare_stat st;
    int fd = bare_openat(AT_FDCWD, "/dev/null", O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);

    if (fd < 0)
        return err_os(e, fd, "open /dev/null");
    if (bare_fstat(fd, &st) < 0 || !S_ISCHR(st.mode) || st.rdev_major != 1 || st.rdev_minor != 3) {
        bare_close(fd);
        return err_set(e, ERR_INVALID, "the host's /dev/null is another file");
    }
    return fd;
}

static int mask_file(struct masks *k, int target, struct err *e)
{
    int tree, rc;

    if (k->null < 0)
        k->null = open_null(e);
    if (k->null < 0)
        return k->null;
    tree = mount_clone(k->null, "", false);
    rc = tree < 0 ? tree : mount_onto(tree, target);
    bare_close(tree);
    return rc < 0 ? err_os(e, rc, "bind /dev/null") : 0;
}

static int mask_directory(struct init *in, struct masks *k, const char *path, int target,
                          struct err *e)
{
    /* No inode but its root: nothing can be written there even where read-only were lifted. */
    const struct mount_new empty = { .type = "tmpfs",
                                     .data = "nr_inodes=1,mode=755",
                                     .destination = path,
                                     .label_option = init_text(in, in->plan->mount_context),
                                     .label = init_text(in, in->plan->mount_label),
                                     .attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
                                                   MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC };
    int tree, rc;

    if (k->empty < 0) {
        k->empty = mount_filesystem(in, &empty, target, e);
        return k->empty < 0 ? k->empty : 0;
    }
    /* One superblock serves all masked directories. */
    tree = mount_clone(k->empty, "", false);
    rc = tree < 0 ? tree : mount_onto(tree, target);
    bare_close(tree);
    return rc < 0 ? err_os(e, rc, "bind an empty directory on '%s'", path) : 0;
}

static int mask_one(struct init *in, struct masks *k, const char *path, struct err *e)
{
    int target = path_open(in->rootfs, path, 0), rc;
    struct bare_stat st;

    if (target == -ENOENT || target == -ENOTDIR)
        return 0;
    if (target < 0)
        return err_os(e, target, "open '%s'", path);
    rc = bare_fstat(target, &st);
    if (rc < 0)
        err_os(e, rc, "stat '%s'", path);
    else
        rc = S_ISDIR(st.mode) ? mask_directory(in, k, path, target, e) : mask_file(k, target, e);
    bare_close(target);
    return rc;
}

int row_mask(struct init *in, struct err *e)
{
    const struct plan_path *p = plan_items(in->plan, in->plan->masked);
    struct masks k = { -1, -1 };
    int rc = 0;

    for (uint32_t i = 0; i < in->plan->masked.count && rc == 0; i++) {
        rc = mask_one(in, &k, init_text(in, p[i].path), e);
        if (rc < 0)
            err_wrap(e, "%s", init_text(in, p[i].where));
    }
    bare_close(k.null);
    bare_close(k.empty);
    return rc;
}

static int protect_one(struct init *in, const char *path, struct err *e)
{
    int target = path_open(in->rootfs, path, 0), tree, rc;

    if (target == -ENOENT || target == -ENOTDIR)
        return 0;
    if (target < 0)
        return err_os(e, target, "open '%s'", path);
    tree = mount_clone(target, "", true);
    if (tree < 0) {
        bare_close(target);
        return err_os(e, tree, "open_tree '%s'", path);
    }
    /* Read-only before it is seen; a kernel that can't do that to a detached tree does it after. */
    rc = mount_set(tree, MOUNT_ATTR_RDONLY, 0, 0, true);
    if (rc == 0) {
        rc = mount_onto(tree, target);
    } else {
        rc = mount_onto(tree, target);
        if (rc == 0)
            rc = mount_set(tree, MOUNT_ATTR_RDONLY, 0, 0, true);
    }
    bare_close(tree);
    bare_close(target);
    return rc < 0 ? err_os(e, rc, "make '%s' read-only", path) : 0;
}

/* The tmpfs in which nothing more has to be made. */
static int protect_late(struct init *in, struct err *e)
{
    const struct plan_mount *m = plan_items(in->plan, in->plan->mounts);

    for (uint32_t i = 0; i < in->plan->mounts.count; i++) {
        int rc;

        if (!m[i].readonly_late)
            continue;
        rc = mount_set(in->sources[i], MOUNT_ATTR_RDONLY, 0, 0, false);
        if (rc < 0)
            return err_os(e, rc, "%s %s: make it read-only", init_text(in, m[i].where),
                          init_text(in, m[i].destination));
        bare_close(in->sources[i]);
        in->sources[i] = -1;
    }
    return 0;
}

int row_protect(struct init *in, struct err *e)
{
    const struct plan_path *p = plan_items(in->plan, in->plan->readonly);

    if (protect_late(in, e) < 0)
        return -e->code;
    for (uint32_t i = 0; i < in->plan->readonly.count; i++)
        if (protect_one(in, init_text(in, p[i].path), e) < 0)
            return err_wrap(e, "%s", init_text(in, p[i].where));
    return 0;
}
