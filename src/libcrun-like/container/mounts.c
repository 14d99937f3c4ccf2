// SPDX-License-Identifier: Apache-2.0
/*
 * mounts.c - mounts that come to a running container, or go (not in runtime-spec; as crun has it).
 *
 * Sources are cloned here, with the caller's rights and in its mount namespace, and get their
 * attributes while nobody can see them. A child enters the container's mount namespace, looks the
 * targets up inside its root, and attaches the clones, or detaches what is there.
 */
#include "container/open.h"

#include "base/cleanup.h"
#include "base/path.h"
#include "base/sys.h"
#include "mount/options.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/stat.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { MOUNTS_MAX = 256 };

/* What the child does; all is prepared before the fork, as it must not allocate. */
struct errand {
    const struct spec_mount *mounts;
    size_t count;
    int process;   /* pidfd of the container's */
    uint32_t join; /* CLONE_NEWNS, and CLONE_NEWUSER where it has its own */
    bool remove;
    int trees[MOUNTS_MAX]; /* add: detached clones */
};

static void errand_done(struct errand *r)
{
    for (size_t i = 0; i < r->count; i++)
        cleanup_fd(&r->trees[i]);
    cleanup_fd(&r->process);
}

static bool is_directory(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
}

static int set_attributes(int tree, const struct mount_options *o, struct err *e)
{
    /* A clone is a peer of the host's mount: what the container did in it would be seen there. */
    struct mount_attr all = { .attr_set = o->rec_set,
                              .attr_clr = o->rec_clear,
                              .propagation = MS_PRIVATE };
    struct mount_attr one = { .attr_set = o->set, .attr_clr = o->clear };
    long rc = sys_mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &all);

    if (rc == 0 && (one.attr_set || one.attr_clr))
        rc = sys_mount_setattr(tree, "", AT_EMPTY_PATH, &one);
    if (rc == -ENOSYS)
        return err_set(e, ERR_UNSUPPORTED, "mount_setattr is missing (Linux 5.12)");
    return rc < 0 ? err_os(e, rc, "set mount attributes") : 0;
}

static int refuse_options(const struct spec_mount *m, const struct mount_options *o, struct err *e)
{
    const char *what = o->remount || !o->bind                ? "anything but a bind mount"
                       : o->idmap || m->uid_mapping_count    ? "a mount with mapped ids"
                       : o->propagation_count                ? "a mount with propagation"
                       : o->sb_set || o->sb_clear || o->data ? "an option of a file system"
                                                             : NULL;

    return what ? err_set(e, ERR_UNSUPPORTED, "%s can't be added to a running container", what) : 0;
}

static int clone_source(const struct spec_mount *m, const struct mount_options *o, int *ret,
                        struct err *e)
{
    auto_fd tree = -EBADF;

    TRY(refuse_options(m, o, e));
    if (!m->source || m->source[0] != '/')
        return err_set(e, ERR_INVALID, "source must be an absolute path");
    tree = (int)sys_open_tree(AT_FDCWD, m->source,
                              OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC |
                                  (o->recursive_bind ? AT_RECURSIVE : 0));
    if (tree < 0)
        return err_os(e, tree, "open_tree '%s'", m->source);
    TRY(set_attributes(tree, o, e));
    *ret = take_fd(&tree);
    return 0;
}

static int clone_sources(struct errand *r, struct err *e)
{
    cleanup(arena_done) struct arena arena = { 0 };

    for (size_t i = 0; i < r->count && !r->remove; i++) {
        struct mount_options o = { 0 };
        char where[32];

        snprintf(where, sizeof where, "mounts[%zu]", i);
        TRY(mount_options_parse(&r->mounts[i], where, &arena, &o, e));
        if (clone_source(&r->mounts[i], &o, &r->trees[i], e) < 0)
            return err_wrap(e, "%s %.80s", where, r->mounts[i].destination);
    }
    return 0;
}

/* From here on in the child: system calls alone. */

static int enter(const struct errand *r, struct err *e)
{
    if (setns(r->process, (int)r->join) < 0)
        return err_os(e, errno, "enter the container's mount namespace");
    /* What is made on the way to a target belongs to the container's root. */
    if ((r->join & CLONE_NEWUSER) && (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0))
        return err_os(e, errno, "become the container's root");
    return 0;
}

static int attach(int root, int tree, const char *destination, struct err *e)
{
    enum path_make what = is_directory(tree) ? PATH_MAKE_DIR : PATH_MAKE_FILE;
    auto_fd target = path_make(root, destination, what);
    long rc;

    if (target < 0)
        return err_os(e, target, "make '%s'", destination);
    if (is_directory(tree) != is_directory(target))
        return err_os(e, ENOTDIR, "'%s'", destination);
    rc = sys_move_mount(tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
    return rc < 0 ? err_os(e, rc, "move_mount to '%s'", destination) : 0;
}

static bool is_mount_root(int fd)
{
    struct statx st;

    return SYS_5(__NR_statx, fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &st) == 0 &&
           (st.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

static bool is_same_file(int a, int b)
{
    struct stat x, y;

    return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static int detach(int root, const char *destination, struct err *e)
{
    auto_fd target = path_open(root, destination, O_NOFOLLOW), dir = -EBADF;
    const char *name = NULL;

    if (target < 0)
        return err_os(e, target, "open '%s'", destination);
    if (is_same_file(root, target))
        return err_set(e, ERR_INVALID, "'%s' is the container's root", destination);
    if (!is_mount_root(target))
        return err_set(e, ERR_INVALID, "'%s' is not a mount", destination);
    /* By name in the directory that was looked up: what the container puts there meanwhile is in
     * its own namespace. */
    dir = path_make_parent(root, destination, &name);
    if (dir < 0 || fchdir(dir) < 0)
        return err_os(e, dir < 0 ? dir : errno, "open the directory of '%s'", destination);
    return umount2(name, MNT_DETACH | UMOUNT_NOFOLLOW) < 0
               ? err_os(e, errno, "detach '%s'", destination)
               : 0;
}

/* The trees that were attached before one failed. */
static void take_back(const struct errand *r, size_t count, int root)
{
    struct err ignored;

    while (count-- > 0)
        detach(root, r->mounts[count].destination, &ignored);
}

static int run_errand(const struct errand *r, struct err *e)
{
    auto_fd root = -EBADF;

    TRY(enter(r, e));
    root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0)
        return err_os(e, errno, "open the container's root");
    for (size_t i = 0; i < r->count; i++) {
        const char *destination = r->mounts[i].destination;

        if ((r->remove ? detach(root, destination, e) : attach(root, r->trees[i], destination, e)) <
            0) {
            if (!r->remove)
                take_back(r, i, root);
            return err_wrap(e, "mounts[%zu] %.80s", i, destination);
        }
    }
    return 0;
}

static int send_on_errand(const struct errand *r, struct err *e)
{
    auto_fd from = -EBADF, to = -EBADF;
    int ends[2], status = 0;
    struct err said = { 0 };
    ssize_t n;
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return err_os(e, errno, "pipe");
    from = ends[0];
    to = ends[1];
    pid = fork();
    if (pid < 0)
        return err_os(e, errno, "fork");
    if (pid == 0) {
        if (run_errand(r, &said) < 0)
            (void)!write(to, &said, sizeof said);
        _exit(said.code ? 1 : 0);
    }
    cleanup_fd(&to);
    n = read(from, &said, sizeof said);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (n == (ssize_t)sizeof said)
        *e = said;
    else if (!WIFEXITED(status) || WEXITSTATUS(status))
        err_set(e, ERR_PROTOCOL, "the process in the container's mount namespace was killed");
    else
        return 0;
    return -e->code;
}

int container_mounts(davit_context *c, const char *id, const char *json, bool remove, struct err *e)
{
    auto_found f = { .rootfd = -1, .dirfd = -1, .lock = -1 };
    cleanup(spec_freep) struct spec *s = NULL;
    cleanup(errand_done) struct errand r = { .remove = remove, .process = -EBADF };
    const char *status;

    TRY(spec_parse_mounts(json, strlen(json), &s, e));
    if (s->mount_count > MOUNTS_MAX)
        return err_set(e, ERR_INVALID, "mounts: more than %d at once", MOUNTS_MAX);
    TRY(found_open(c, id, true, false, &f, e));
    status = state_status(f.dirfd, &f.record);
    if (!strcmp(status, "stopped") || !strcmp(status, "creating"))
        return err_set(e, ERR_BAD_STATE, "container not running");
    if (!(f.record.namespaces & CLONE_NEWNS))
        return err_set(e, ERR_UNSUPPORTED, "container '%s' has no mount namespace", id);
    r.mounts = s->mounts;
    r.count = s->mount_count;
    for (size_t i = 0; i < r.count; i++)
        r.trees[i] = -EBADF;
    r.join = f.record.namespaces & (CLONE_NEWNS | CLONE_NEWUSER);
    r.process = found_process(&f, e);
    if (r.process < 0)
        return r.process;
    TRY(clone_sources(&r, e));
    return send_on_errand(&r, e);
}
