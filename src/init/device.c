// SPDX-License-Identifier: Apache-2.0
/*
 * device.c - nodes and links in /dev (config-linux.md "Devices", "Default Devices";
 * runtime-linux.md).
 *
 * Everything is relative to a descriptor of the directory that was looked up inside the root: a
 * /dev that is a symlink can't lead outside (CVE-2026-41579).
 */
#include "init/init.h"

#include "base/fmt.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif

/* The directory of the last device; most are in /dev, which is looked up once. */
struct place {
    const char *dir; /* text of the path up to the name */
    unsigned length;
    int fd;
};

static int place_open(struct init *in, struct place *p, const char *path, const char **ret_name,
                      struct err *e)
{
    unsigned length = bare_strlen(path);

    while (length > 0 && path[length - 1] != '/')
        length--;
    *ret_name = path + length;
    if (p->fd >= 0 && p->length == length) {
        unsigned same = 0;

        while (same < length && p->dir[same] == path[same])
            same++;
        if (same == length)
            return 0;
    }
    bare_close(p->fd);
    p->dir = path;
    p->length = length;
    p->fd = path_make_parent(in->rootfs, path, ret_name);
    return p->fd < 0 ? err_os(e, p->fd, "make the directory of '%s'", path) : 0;
}

static bool is_device(int fd, const struct plan_device *d)
{
    struct bare_stat st;

    return bare_fstat(fd, &st) == 0 && (st.mode & S_IFMT) == d->type &&
           (d->type == S_IFIFO || (st.rdev_major == d->major && st.rdev_minor == d->minor));
}

/* A user namespace can't make device nodes: one that outer made is bound, or the host's own after a
 * look at it (P7). */
static int clone_device(struct init *in, uint32_t index, int dir, struct err *e)
{
    const struct plan_device *d = plan_items(in->plan, in->plan->devices);
    const char *path = init_text(in, d[index].path);
    int tree = d[index].by_outer ? nodes_take(in, index, dir) : mount_clone(AT_FDCWD, path, false);

    if (tree < 0)
        return err_os(e, tree, "open_tree '%s'", path);
    if (is_device(tree, &d[index]))
        return tree;
    bare_close(tree);
    return err_set(e, ERR_INVALID, "the host's '%s' is another device", path);
}

static int bind_device(struct init *in, uint32_t index, int dir, const char *name, struct err *e)
{
    const struct plan_device *d = plan_items(in->plan, in->plan->devices);
    int tree = clone_device(in, index, dir, e), target, rc;

    if (tree < 0)
        return tree;
    /* Nothing of a device can be executed; an error here would only mean that it is so anyway. */
    mount_set(tree, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, 0, 0, false);
    rc = bare_mknodat(dir, name, S_IFREG, 0);
    target =
        rc < 0 && rc != -EEXIST ? rc : bare_openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
    rc = target < 0 ? target : mount_onto(tree, target);
    bare_close(target);
    bare_close(tree);
    return rc < 0 ? err_os(e, rc, "bind '%s'", init_text(in, d[index].path)) : 0;
}

static int make_device(struct init *in, uint32_t index, int dir, const char *name, struct err *e)
{
    const struct plan_device *d = plan_items(in->plan, in->plan->devices);
    const char *path = init_text(in, d[index].path);
    int rc;

    d += index;
    rc = d->by_outer ? -EPERM
                     : bare_mknodat(dir, name, d->type | d->mode, bare_makedev(d->major, d->minor));
    if (rc == -EPERM)
        return bind_device(in, index, dir, name, e);
    if (rc == -EEXIST) {
        int fd = bare_openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
        bool same = fd >= 0 && is_device(fd, d);

        bare_close(fd);
        return same ? 0 : err_set(e, ERR_INVALID, "'%s' exists and is not that device", path);
    }
    if (rc == 0 && (d->uid || d->gid))
        rc = (int)SYS_5(__NR_fchownat, dir, name, d->uid, d->gid, AT_SYMLINK_NOFOLLOW);
    return rc < 0 ? err_os(e, rc, "mknod '%s'", path) : 0;
}

static bool is_mounted(const struct init *in, const char *path)
{
    const struct plan_mount *m = plan_items(in->plan, in->plan->mounts);

    for (uint32_t i = 0; i < in->plan->mounts.count; i++)
        if (!bare_strcmp(init_text(in, m[i].destination), path))
            return true;
    return false;
}

/* An image whose /dev is a link would choose where the nodes are made, if only inside itself. */
static int check_dev(struct init *in, struct err *e)
{
    struct bare_stat st;
    int fd, rc;

    if (is_mounted(in, "/dev"))
        return 0;
    fd = bare_openat(in->rootfs, "dev", O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
    rc = fd >= 0 ? bare_fstat(fd, &st) : 0;
    bare_close(fd);
    if (rc == 0 && fd >= 0 && (st.mode & S_IFMT) == S_IFLNK)
        return err_set(e, ERR_INVALID, "/dev of the root file system is a symbolic link");
    return 0;
}

int row_devices(struct init *in, struct err *e)
{
    const struct plan_device *d = plan_items(in->plan, in->plan->devices);
    struct place place = { .fd = -1 };
    int rc = check_dev(in, e);

    for (uint32_t i = 0; i < in->plan->devices.count && rc == 0; i++) {
        const char *name;

        rc = place_open(in, &place, init_text(in, d[i].path), &name, e);
        if (rc == 0)
            rc = make_device(in, i, place.fd, name, e);
        if (rc < 0)
            err_wrap(e, "%s", init_text(in, d[i].where));
    }
    bare_close(place.fd);
    return rc;
}

/* A link is made only when what it leads to is there after the mounts (runtime-linux.md).
 * Descriptor links share one look at their directory. */
static bool leads_somewhere(struct init *in, const char *target, int *proc_known)
{
    static const char descriptors[] = "/proc/self/fd";
    bool shared = bare_starts_with(target, descriptors);
    char path[64];
    int fd;

    if (shared && *proc_known >= 0)
        return *proc_known;
    fmt(path, sizeof path, "%s%s", target[0] == '/' ? "" : "/dev/", shared ? descriptors : target);
    fd = path_open(in->rootfs, path, O_NOFOLLOW);
    bare_close(fd);
    if (shared)
        *proc_known = fd >= 0;
    return fd >= 0;
}

int row_links(struct init *in, struct err *e)
{
    const struct plan_link *l = plan_items(in->plan, in->plan->links);
    struct place place = { .fd = -1 };
    int rc = 0, proc_known = -1;

    for (uint32_t i = 0; i < in->plan->links.count && rc == 0; i++) {
        const char *path = init_text(in, l[i].path), *target = init_text(in, l[i].target), *name;

        if (!leads_somewhere(in, target, &proc_known))
            continue;
        rc = place_open(in, &place, path, &name, e);
        if (rc < 0)
            break;
        rc = (int)SYS_3(__NR_symlinkat, target, place.fd, name);
        /* An image's own ptmx would hand out the host's terminals; the other names may stay. */
        if (rc == -EEXIST && !bare_strcmp(target, "pts/ptmx")) {
            SYS_3(__NR_unlinkat, place.fd, name, 0);
            rc = (int)SYS_3(__NR_symlinkat, target, place.fd, name);
        }
        rc = rc == -EEXIST ? 0 : rc;
        if (rc < 0)
            err_os(e, rc, "link '%s'", path);
    }
    bare_close(place.fd);
    return rc;
}
