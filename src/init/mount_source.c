// SPDX-License-Identifier: Apache-2.0
/*
 * mount_source.c - the open sources row: what is mounted later and needs the host's rights.
 *
 * in->sources holds, by mount index, a detached mount from here on until it is attached, and after
 * that the tmpfs that is to become read-only at last; -1 where there is neither.
 */
#include "init/init.h"

#include "base/fmt.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <linux/wait.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>

#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif
#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif

/* Room for thousands of sources: the hard limit costs nothing. The payload's own limits are set
 * later. */
static void raise_descriptor_limit(void)
{
    struct {
        uint64_t soft, hard;
    } limit;

    if (SYS_4(__NR_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit) == 0 && limit.soft < limit.hard) {
        limit.soft = limit.hard;
        SYS_4(__NR_prlimit64, 0, RLIMIT_NOFILE, &limit, NULL);
    }
}

int sources_make(struct init *in, struct err *e)
{
    uint32_t count = in->plan->mounts.count;
    long p;

    if (in->sources)
        return 0;
    p = vector_map(count * sizeof *in->sources);
    if (p < 0 && p > -4096)
        return err_os(e, p, "map %u sources", count);
    in->sources = (int *)p;
    for (uint32_t i = 0; i < count; i++)
        in->sources[i] = -1;
    if (count > 200)
        raise_descriptor_limit();
    return 0;
}

struct mount_new mount_new_of(const struct init *in, const struct plan_mount *m)
{
    struct mount_new new = { .type = init_text(in, m->type),
                             .source = init_text(in, m->source),
                             .data = init_text(in, m->data),
                             .destination = init_text(in, m->destination),
                             .attributes = m->set,
                             .sb_set = m->sb_set,
                             .sb_clear = m->sb_clear };

    if (!new.type)
        new.type = "none";
    /* A device that is to be read must not be written to by its filesystem, either. */
    if (new.source &&new.source[0] == '/' && (m->set & MOUNT_ATTR_RDONLY))
        new.sb_set |= MS_RDONLY;
    if (m->readonly_late)
        new.attributes &= ~(uint64_t)MOUNT_ATTR_RDONLY;
    if (m->label == PLAN_LABEL_OPTION) {
        new.label_option = init_text(in, in->plan->mount_context);
        new.label = init_text(in, in->plan->mount_label);
    }
    return new;
}

/* tmpfs without mode= gets the mode of the directory it covers, as users of peers expect; where
 * there is none it has the kernel's own, 1777. */
const char *mount_tmpfs_data(int root, const struct mount_new *m, char *room, size_t size)
{
    const char *data = m->data;
    struct bare_stat st;
    int below, rc;

    for (const char *p = data; p && *p; p++)
        if ((p == data || p[-1] == ',') && bare_starts_with(p, "mode="))
            return data;
    if (bare_strcmp(m->type, "tmpfs") != 0)
        return data;
    below = path_open(root, m->destination, 0);
    rc = below < 0 ? below : bare_fstat(below, &st);
    bare_close(below);
    if (rc < 0 ||
        fmt(room, size, "mode=%o%s%s", st.mode & 07777, data ? "," : "", data ? data : "") >= size)
        return data;
    return room;
}

/* The user namespace of the last idmapped mount: one serves all with the same maps. */
struct mapper {
    const char *path, *uids, *gids;
    int fd;
};

static int write_map(int proc, const char *file, const char *text, struct err *e)
{
    int fd = bare_openat(proc, file, O_WRONLY | O_CLOEXEC, 0);
    long rc = fd < 0 ? fd : bare_write(fd, text, bare_strlen(text));

    bare_close(fd);
    return rc < 0 ? err_os(e, rc, "write %s", file) : 0;
}

static int map_namespace(int pid, const struct mapper *k, struct err *e)
{
    char path[32];
    int proc, fd = -1;

    fmt(path, sizeof path, "/proc/%d", pid);
    proc = bare_openat(AT_FDCWD, path, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    if (proc < 0)
        return err_os(e, proc, "open '%s'", path);
    if (write_map(proc, "uid_map", k->uids, e) < 0) {
        err_wrap(e, "uidMappings");
    } else if (write_map(proc, "gid_map", k->gids, e) < 0) {
        err_wrap(e, "gidMappings");
    } else {
        fd = bare_openat(proc, "ns/user", O_RDONLY | O_CLOEXEC, 0);
        if (fd < 0)
            err_os(e, fd, "open '%s/ns/user'", path);
    }
    bare_close(proc);
    return fd < 0 ? -e->code : fd;
}

/* A zombie keeps its credentials, and they its user namespace, until it is reaped: the process that
 * makes the namespace has nothing to wait for and can't be left over. */
static int make_namespace(const struct mapper *k, struct err *e)
{
    unsigned long flags = CLONE_NEWUSER | SIGCHLD;
#if defined(__x86_64__)
    long pid = SYS_5(__NR_clone, flags, 0, NULL, NULL, 0);
#else
    long pid = SYS_5(__NR_clone, flags, 0, NULL, 0, NULL);
#endif
    int fd;

    if (pid < 0)
        return err_os(e, pid, "clone into a user namespace");
    if (pid == 0)
        SYS_1(__NR_exit_group, 0);
    SYS_5(__NR_waitid, P_PID, pid, NULL, WEXITED | WNOWAIT, NULL);
    fd = map_namespace((int)pid, k, e);
    SYS_4(__NR_wait4, pid, NULL, __WALL, NULL);
    return fd;
}

static bool is_same(const char *a, const char *b)
{
    return a == b || (a && b && !bare_strcmp(a, b));
}

static int open_namespace(struct init *in, const struct plan_mount *m, struct mapper *k,
                          struct err *e)
{
    struct mapper want = { .path = init_text(in, m->idmap_path),
                           .uids = init_text(in, m->uid_map),
                           .gids = init_text(in, m->gid_map) };

    if (k->fd >= 0 && is_same(k->path, want.path) && is_same(k->uids, want.uids) &&
        is_same(k->gids, want.gids))
        return k->fd;
    bare_close(k->fd);
    *k = want;
    if (!k->path)
        return k->fd = make_namespace(k, e);
    k->fd = bare_openat(AT_FDCWD, k->path, O_RDONLY | O_CLOEXEC, 0);
    return k->fd < 0 ? err_os(e, k->fd, "open '%s'", k->path) : k->fd;
}

/* Only a mount that nobody has seen yet can have its ids mapped. */
static int map_ids(struct init *in, const struct plan_mount *m, struct mapper *k, int mount,
                   struct err *e)
{
    struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP };
    int ns = open_namespace(in, m, k, e);
    long rc;

    if (ns < 0)
        return err_wrap(e, "map ids");
    attr.userns_fd = (uint64_t)ns;
    rc = sys_mount_setattr(mount, "",
                           AT_EMPTY_PATH | (m->idmap == PLAN_IDMAP_TREE ? AT_RECURSIVE : 0), &attr);
    if (rc == -EINVAL)
        return err_os(e, rc, "map ids, which its filesystem may not be able to");
    return rc < 0 ? err_os(e, rc, "map ids") : 0;
}

/* Outer stands in the rootfs. What is mounted there before this one is not yet in place, so the
 * mode that a tmpfs takes over is that of the image's own directory. */
static int make_filesystem(struct init *in, const struct plan_mount *m, struct err *e)
{
    struct mount_new new = mount_new_of(in, m);
    char room[PATH_LENGTH_MAX];
    int fd;

    new.data = mount_tmpfs_data(AT_FDCWD, &new, room, sizeof room);
    fd = mount_detached(&new);
    return fd < 0 ? err_os(e, fd, "make %s", new.type) : fd;
}

static int open_one(struct init *in, const struct plan_mount *m, struct mapper *k, int *ret,
                    struct err *e)
{
    const char *source = init_text(in, m->source);
    int fd = m->kind == PLAN_MOUNT_BIND ? mount_clone(AT_FDCWD, source, m->recursive)
                                        : make_filesystem(in, m, e);

    if (fd < 0 && m->kind != PLAN_MOUNT_BIND)
        return err_wrap(e, "map ids");
    /* Without the right to clone mounts, or out of descriptors, init opens it when its turn comes,
     * in its own mount namespace. */
    if ((fd == -EPERM || fd == -EMFILE || fd == -ENFILE || fd == -ENOSYS) && !m->idmap)
        return 0;
    if (fd < 0)
        return err_os(e, fd, "%sopen_tree '%s'", m->idmap ? "map ids: " : "", source);
    *ret = fd;
    return m->idmap ? map_ids(in, m, k, fd, e) : 0;
}

int row_open_sources(struct init *in, struct err *e)
{
    const struct plan_mount *m = plan_items(in->plan, in->plan->mounts);
    struct mapper k = { .fd = -1 };
    int rc = sources_make(in, e);

    for (uint32_t i = 0; i < in->plan->mounts.count && rc == 0; i++) {
        if (!plan_mount_by_outer(&m[i]))
            continue;
        rc = open_one(in, &m[i], &k, &in->sources[i], e);
        if (rc < 0)
            err_wrap(e, "%s %s", init_text(in, m[i].where), init_text(in, m[i].destination));
    }
    bare_close(k.fd);
    return rc;
}
