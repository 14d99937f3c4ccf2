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

int mount_target(struct init *in, const struct plan_mount *m, enum path_make what, struct err *e)
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

int mount_set_all(struct init *in, const struct plan_mount *m, int fd, bool attributes,
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
    rc = bind_attach(in, &bind, tree, e);
    bare_close(tree);
    return rc;
}

/* A label that the filesystem does not take as an option is its root's own. */
static int label_root(struct init *in, int fd, struct err *e)
{
    const char *label = init_text(in, in->plan->mount_label);
    char path[32];
    long rc;

    fmt(path, sizeof path, "/proc/self/fd/%d", fd);
    rc = SYS_5(__NR_setxattr, path, "security.selinux", label, bare_strlen(label), 0);
    return rc < 0 ? err_os(e, rc, "linux.mountLabel: label the root with '%s'", label) : 0;
}

/* Made by outer, whose rights mapping ids needs, or here, as most types look at our namespaces. */
static int place_fs(struct init *in, const struct mount_new *new, int *from_outer, int target,
                    struct err *e)
{
    int fd = from_outer ? *from_outer : -1, rc;

    if (fd < 0)
        return mount_filesystem(in, new, target, e);
    *from_outer = -1;
    rc = mount_onto(fd, target);
    if (rc < 0)
        bare_close(fd);
    return rc < 0 ? err_os(e, rc, "move_mount to '%s'", new->destination) : fd;
}

/* Not ours to make: sysfs without a network namespace of our own (rootless), and proc where an
 * outer container masks parts of it. Returns the host's path of what does instead. */
static const char *replacement(const struct init *in, const char *type)
{
    if (!bare_strcmp(type, "sysfs") && !(in->plan->clone_flags & CLONE_NEWNET) &&
        !(in->plan->flags & PLAN_NET_BY_OUTER))
        return "/sys";
    return !bare_strcmp(type, "proc") && !(in->plan->clone_flags & CLONE_NEWPID) ? "/proc" : NULL;
}

static int finish_fs(struct init *in, const struct plan_mount *m, int below, int fd, struct err *e)
{
    if (m->copy_up && copy_up(below, fd, init_text(in, m->data), e) < 0)
        return err_wrap(e, "tmpcopyup");
    if (m->label == PLAN_LABEL_ATTRIBUTE && label_root(in, fd, e) < 0)
        return -e->code;
    return mount_set_all(in, m, fd, false, e);
}

/* Until the row that makes it read-only. */
static int keep_open(struct init *in, const struct plan_mount *m, int fd, struct err *e)
{
    const struct plan_mount *first = plan_items(in->plan, in->plan->mounts);

    if (sources_make(in, e) < 0)
        return -e->code;
    in->sources[m - first] = fd;
    return 0;
}

static int mount_fs(struct init *in, const struct plan_mount *m, int *from_outer, struct err *e)
{
    struct mount_new new = mount_new_of(in, m);
    char room[PATH_LENGTH_MAX];
    const char *host;
    int target, fd, rc;

    /* Before a missing directory is made. */
    new.data = mount_tmpfs_data(in->rootfs, &new, room, sizeof room);
    target = mount_target(in, m, PATH_MAKE_DIR, e);
    if (target < 0)
        return target;
    fd = place_fs(in, &new, from_outer, target, e);
    rc = fd < 0 ? fd : finish_fs(in, m, target, fd, e);
    bare_close(target);
    if (rc == 0 && m->readonly_late)
        return keep_open(in, m, fd, e);
    bare_close(fd);
    host = fd < 0 && e->code == EPERM ? replacement(in, text_or(in, m->type, "")) : NULL;
    return host ? bind_instead(in, m, host, e) : rc;
}

static bool changes_superblock(const struct plan_mount *m)
{
    return m->data || m->sb_set || m->sb_clear;
}

/* "remount" changes what an earlier row mounted at the destination. "ro" and its like are the
 * mount's alone: the filesystem may be the host's. */
static int remount(struct init *in, const struct plan_mount *m, struct err *e)
{
    struct mount_new new = mount_new_of(in, m);
    int fd = path_open(in->rootfs, new.destination, 0), rc = 0;

    if (fd < 0)
        return err_os(e, fd, "open '%s'", new.destination);
    if (changes_superblock(m)) {
        new.sb_set = m->sb_set;
        rc = mount_change(fd, &new, e);
    }
    if (rc == 0)
        rc = mount_set_all(in, m, fd, true, e);
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
    int target = mount_target(in, m, PATH_MAKE_DIR, e), fd, rc = 0;

    if (target < 0)
        return target;
    if (m->label == PLAN_LABEL_OPTION) {
        base.label_option = init_text(in, in->plan->mount_context);
        base.label = init_text(in, in->plan->mount_label);
    }
    fd = mount_filesystem(in, &base, target, e);
    bare_close(target);
    if (fd < 0)
        return fd;
    for (uint32_t i = 0; i < in->plan->hierarchies.count && rc == 0; i++)
        rc = mount_hierarchy(in, m, &h[i], e);
    for (uint32_t i = 0; i < in->plan->hierarchies.count && rc == 0; i++)
        link_controllers(fd, init_text(in, h[i].name));
    if (rc == 0)
        rc = mount_set_all(in, m, fd, true, e);
    bare_close(fd);
    return rc;
}

static int mount_cgroup(struct init *in, const struct plan_mount *m, struct err *e)
{
    struct mount_new new = mount_new_of(in, m);
    bool v1 = in->plan->flags & PLAN_CGROUP_V1;
    int target, fd, rc;

    /* Who says cgroup2 gets it, also where most controllers are elsewhere. */
    if (v1 && bare_strcmp(new.type, "cgroup2") != 0)
        return mount_cgroup_v1(in, m, e);
    target = mount_target(in, m, PATH_MAKE_DIR, e);
    if (target < 0)
        return target;
    new.type = "cgroup2";
    fd = mount_filesystem(in, &new, target, e);
    bare_close(target);
    if (fd < 0)
        return !v1 && (e->code == EPERM || e->code == EBUSY)
                   ? bind_instead(in, m, "/sys/fs/cgroup", e)
                   : fd;
    rc = mount_set_all(in, m, fd, false, e);
    bare_close(fd);
    return rc;
}

static int mount_one(struct init *in, const struct plan_mount *m, int *source, struct err *e)
{
    switch ((enum plan_mount_kind)m->kind) {
    case PLAN_MOUNT_BIND:
        return bind_mount(in, m, source, e);
    case PLAN_MOUNT_CGROUP:
        return mount_cgroup(in, m, e);
    case PLAN_MOUNT_REMOUNT:
        return remount(in, m, e);
    case PLAN_MOUNT_FS:
        break;
    }
    return mount_fs(in, m, source, e);
}

/* Where a descriptor for mount i stands, if somebody opened one. */
static int *source_at(struct init *in, uint32_t i, bool own)
{
    if (own)
        return &in->grants.own_fd;
    return in->sources ? &in->sources[i] : NULL;
}

int row_mounts(struct init *in, struct err *e)
{
    const struct plan_mount *m = plan_items(in->plan, in->plan->mounts);

    for (uint32_t i = 0; i < in->plan->mounts.count; i++)
        if (mount_one(in, &m[i], source_at(in, i, m[i].own), e) < 0)
            return err_wrap(e, "%s %s", init_text(in, m[i].where), init_text(in, m[i].destination));
    return 0;
}
