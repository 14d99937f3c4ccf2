// SPDX-License-Identifier: Apache-2.0
/* mount.c - the mounts row: config.md "Mounts", in the listed order. */
#include "init/init.h"

#include "base/fmt.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#ifndef PROC_SUPER_MAGIC
#define PROC_SUPER_MAGIC 0x9fa0
#endif

static const char *text_or(const struct init *in, plan_str s, const char *fallback)
{
    const char *text = init_text(in, s);

    return text ? text : fallback;
}

static bool is_directory(int fd)
{
    struct bare_stat st;

    return bare_fstat(fd, &st) == 0 && S_ISDIR(st.mode);
}

/* Where a mount goes: made when missing, as what the source is. */
static int open_target(struct init *in, const struct plan_mount *m, enum path_make what,
                       struct err *e)
{
    const char *destination = init_text(in, m->destination), *type = text_or(in, m->type, "");
    bool system = !bare_strcmp(type, "proc") || !bare_strcmp(type, "sysfs");
    struct bare_stat st;
    int fd;

    /* /proc or /sys as a symlink in an image led labels and sysctls astray (CVE-2019-19921). */
    if (system) {
        fd = path_open(in->rootfs, destination, O_NOFOLLOW);
        if (fd >= 0 && bare_fstat(fd, &st) == 0 && !S_ISDIR(st.mode)) {
            bare_close(fd);
            return err_set(e, ERR_INVALID, "'%s' must be an ordinary directory", destination);
        }
        bare_close(fd);
    }
    fd = path_make(in->rootfs, destination, what);
    return fd < 0 ? err_os(e, fd, "make '%s'", destination) : fd;
}

static int set_all(struct init *in, const struct plan_mount *m, int fd, bool attributes,
                   struct err *e)
{
    int rc = 0;

    if (attributes)
        rc = mount_set(fd, m->set, m->clear, 0, false);
    if (rc == 0)
        rc = mount_set(fd, m->rec_set, m->rec_clear, 0, true);
    if (rc < 0)
        return err_os(e, rc, "set mount attributes");
    for (unsigned i = 0; i < PLAN_PROPAGATIONS && m->propagation[i]; i++) {
        rc = mount_set(fd, 0, 0, m->propagation[i] & ~(unsigned)MS_REC, m->propagation[i] & MS_REC);
        if (rc < 0)
            return err_os(e, rc, "set propagation");
    }
    return 0;
}

static struct mount_new as_new(const struct init *in, const struct plan_mount *m)
{
    return (struct mount_new){ .type = text_or(in, m->type, "none"),
                               .source = init_text(in, m->source),
                               .data = init_text(in, m->data),
                               .destination = init_text(in, m->destination),
                               .attributes = m->set,
                               .sb_set = m->sb_set,
                               .sb_clear = m->sb_clear };
}

/* Opened by outer with the host's rights, or here when it could not. */
static int open_source(struct init *in, const struct plan_mount *m, int *from_outer, struct err *e)
{
    int fd = from_outer ? *from_outer : -1;

    if (fd < 0)
        fd = mount_clone(AT_FDCWD, init_text(in, m->source), m->recursive);
    if (fd < 0)
        return err_os(e, fd, "open_tree '%s'", init_text(in, m->source));
    if (from_outer)
        *from_outer = -1;
    return fd;
}

static int attach_bind(struct init *in, const struct plan_mount *m, int tree, struct err *e)
{
    uint32_t propagation = in->plan->host_propagation;
    bool cut = in->plan->rootfs_propagation != MS_SHARED;
    int target, rc;

    /* The clone is a peer of the host's mount: it gets what the rest of the tree got. Before it is
     * attached, where the kernel can do that to a detached mount. */
    if (cut && mount_set(tree, 0, 0, propagation, true) == 0)
        cut = false;
    target = open_target(in, m, is_directory(tree) ? PATH_MAKE_DIR : PATH_MAKE_FILE, e);
    if (target < 0)
        return target;
    rc = mount_onto(tree, target);
    bare_close(target);
    if (rc < 0)
        return err_os(e, rc, "move_mount to '%s'", init_text(in, m->destination));
    rc = cut ? mount_set(tree, 0, 0, propagation, true) : 0;
    if (rc < 0)
        return err_os(e, rc, "set propagation");
    return set_all(in, m, tree, true, e);
}

static int mount_bind(struct init *in, const struct plan_mount *m, int *from_outer, struct err *e)
{
    int tree = open_source(in, m, from_outer, e), rc;

    if (tree < 0)
        return tree;
    rc = attach_bind(in, m, tree, e);
    bare_close(tree);
    return rc;
}

/* A kernel filesystem that this user namespace may not make: the host's, bound, with all
 * attributes. */
static int bind_instead(struct init *in, const struct plan_mount *m, const char *host,
                        struct err *e)
{
    struct plan_mount bind = *m;
    struct err first = *e;
    int tree = mount_clone(AT_FDCWD, host, true), rc;

    if (tree < 0) {
        *e = first;
        return -e->code;
    }
    bind.rec_set = m->set;
    rc = attach_bind(in, &bind, tree, e);
    bare_close(tree);
    return rc;
}

/* tmpfs without mode= gets the mode of the directory it covers, as users of peers expect. */
static const char *tmpfs_data(const char *data, int target, char *room, size_t size)
{
    struct bare_stat st;

    for (const char *p = data; p && *p; p++)
        if ((p == data || p[-1] == ',') && bare_starts_with(p, "mode="))
            return data;
    if (bare_fstat(target, &st) < 0 ||
        fmt(room, size, "mode=%o%s%s", st.mode & 07777, data ? "," : "", data ? data : "") >= size)
        return data;
    return room;
}

static int mount_fs(struct init *in, const struct plan_mount *m, struct err *e)
{
    struct mount_new new = as_new(in, m);
    int target = open_target(in, m, PATH_MAKE_DIR, e), fd, rc;
    char room[PATH_LENGTH_MAX];

    if (target < 0)
        return target;
    if (!bare_strcmp(new.type, "tmpfs"))
        new.data = tmpfs_data(new.data, target, room, sizeof room);
    fd = mount_filesystem(in, &new, target, e);
    bare_close(target);
    if (fd < 0) {
        /* Without a network namespace of our own sysfs is not ours to make (rootless), nor proc
         * where an outer container masks parts of it. */
        if (e->code == EPERM && !bare_strcmp(new.type, "sysfs") &&
            !(in->plan->clone_flags & CLONE_NEWNET) && !(in->plan->flags & PLAN_NET_BY_OUTER))
            return bind_instead(in, m, "/sys", e);
        if (e->code == EPERM && !bare_strcmp(new.type, "proc") &&
            !(in->plan->clone_flags & CLONE_NEWPID))
            return bind_instead(in, m, "/proc", e);
        return fd;
    }
    rc = set_all(in, m, fd, false, e);
    bare_close(fd);
    return rc;
}

/* "remount" changes what an earlier row mounted at the destination. */
static int remount(struct init *in, const struct plan_mount *m, struct err *e)
{
    int fd = path_open(in->rootfs, init_text(in, m->destination), 0), rc;

    if (fd < 0)
        return err_os(e, fd, "open '%s'", init_text(in, m->destination));
    rc = set_all(in, m, fd, true, e);
    bare_close(fd);
    return rc;
}

/* Without a cgroup namespace: the container's own directory, whose attributes are set before it is
 * seen where the kernel can do that. */
static int bind_hierarchy(const struct plan_mount *m, const char *dir, int target, struct err *e)
{
    int tree = mount_clone(AT_FDCWD, dir, false), rc;
    bool set;

    if (tree < 0)
        return err_os(e, tree, "open_tree '%s'", dir);
    set = mount_set(tree, m->set, m->clear, 0, false) == 0;
    rc = mount_onto(tree, target);
    if (rc == 0 && !set)
        rc = mount_set(tree, m->set, m->clear, 0, false);
    bare_close(tree);
    return rc < 0 ? err_os(e, rc, "bind '%s'", dir) : 0;
}

/* One hierarchy below the tmpfs of a v1 or hybrid host: its own root in a cgroup namespace, else a
 * bind of the container's directory. */
static int mount_hierarchy(struct init *in, const struct plan_mount *m,
                           const struct plan_hierarchy *h, struct err *e)
{
    const char *name = init_text(in, h->name), *dir = init_text(in, h->dir);
    char destination[PATH_LENGTH_MAX];
    struct mount_new one = { .type = h->v2 ? "cgroup2" : "cgroup",
                             .data = h->v2 ? NULL : init_text(in, h->options),
                             .destination = destination,
                             .attributes = m->set };
    int target, rc;

    fmt(destination, sizeof destination, "%s/%s", init_text(in, m->destination), name);
    target = path_make(in->rootfs, destination, PATH_MAKE_DIR);
    if (target < 0)
        return err_os(e, target, "make '%s'", destination);
    if (in->plan->flags & PLAN_CGROUP_NAMESPACE) {
        rc = mount_filesystem(in, &one, target, e);
        bare_close(rc);
    } else {
        rc = dir ? bind_hierarchy(m, dir, target, e) : err_os(e, ENOENT, "open_tree '%s'", name);
    }
    bare_close(target);
    return rc < 0 ? rc : 0;
}

/* cpu,cpuacct together in one directory: each name leads there. A single controller's name exists.
 */
static void link_controllers(int dir, const char *name)
{
    const char *p = name;
    char one[64];

    while (*p) {
        unsigned n = 0;

        for (; *p && *p != ','; p++)
            if (n + 1 < sizeof one)
                one[n++] = *p;
        one[n] = '\0';
        p += *p == ',';
        if (bare_strcmp(one, name) != 0)
            SYS_3(__NR_symlinkat, name, dir, one);
    }
}

static int mount_cgroup_v1(struct init *in, const struct plan_mount *m, struct err *e)
{
    const struct plan_hierarchy *h = plan_items(in->plan, in->plan->hierarchies);
    struct mount_new base = { .type = "tmpfs",
                              .data = "mode=755,size=64k",
                              .destination = init_text(in, m->destination),
                              /* read-only once the directories are in it */
                              .attributes = m->set & ~(uint64_t)MOUNT_ATTR_RDONLY };
    int target = open_target(in, m, PATH_MAKE_DIR, e), fd, rc = 0;

    if (target < 0)
        return target;
    fd = mount_filesystem(in, &base, target, e);
    bare_close(target);
    if (fd < 0)
        return fd;
    for (uint32_t i = 0; i < in->plan->hierarchies.count && rc == 0; i++)
        rc = mount_hierarchy(in, m, &h[i], e);
    for (uint32_t i = 0; i < in->plan->hierarchies.count && rc == 0; i++)
        link_controllers(fd, init_text(in, h[i].name));
    if (rc == 0)
        rc = set_all(in, m, fd, true, e);
    bare_close(fd);
    return rc;
}

static int mount_cgroup(struct init *in, const struct plan_mount *m, struct err *e)
{
    struct mount_new new = as_new(in, m);
    int target, fd, rc;

    if (in->plan->flags & PLAN_CGROUP_V1)
        return mount_cgroup_v1(in, m, e);
    target = open_target(in, m, PATH_MAKE_DIR, e);
    if (target < 0)
        return target;
    new.type = "cgroup2";
    fd = mount_filesystem(in, &new, target, e);
    bare_close(target);
    if (fd < 0)
        return e->code == EPERM || e->code == EBUSY ? bind_instead(in, m, "/sys/fs/cgroup", e) : fd;
    rc = set_all(in, m, fd, false, e);
    bare_close(fd);
    return rc;
}

static int mount_one(struct init *in, const struct plan_mount *m, int *source, struct err *e)
{
    switch ((enum plan_mount_kind)m->kind) {
    case PLAN_MOUNT_BIND:
        return mount_bind(in, m, source, e);
    case PLAN_MOUNT_CGROUP:
        return mount_cgroup(in, m, e);
    case PLAN_MOUNT_REMOUNT:
        return remount(in, m, e);
    case PLAN_MOUNT_FS:
        break;
    }
    return mount_fs(in, m, e);
}

int row_mounts(struct init *in, struct err *e)
{
    const struct plan_mount *m = plan_items(in->plan, in->plan->mounts);

    for (uint32_t i = 0; i < in->plan->mounts.count; i++)
        if (mount_one(in, &m[i], in->sources ? &in->sources[i] : NULL, e) < 0)
            return err_wrap(e, "%s %s", init_text(in, m[i].where), init_text(in, m[i].destination));
    return 0;
}
