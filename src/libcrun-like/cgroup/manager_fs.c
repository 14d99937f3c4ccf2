// SPDX-License-Identifier: Apache-2.0
/*
 * manager_fs.c - making a container's directories straight in cgroupfs.
 *
 * Others make and remove cgroups at the same time, the same parents included: a parent that is
 * there already is welcome, and when one is taken away under our feet the hierarchy is tried again.
 */
#include "cgroup/cgroup.h"

#include "base/cleanup.h"
#include "cgroup/dir.h"
#include "cgroup/prepare.h"
#include "cgroup/processes.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { ATTEMPTS = 100 };

/* Remove what was made, innermost first. rmdir() can't take anybody else's. */
static void undo(struct cgroup *cg, unsigned i)
{
    char path[PATH_MAX];

    snprintf(path, sizeof path, "%s", cg->dirs[i]);
    for (; cg->made[i] > 0; cg->made[i]--) {
        rmdir(path);
        *strrchr(path, '/') = '\0';
    }
}

/* How many components a path has from offset on. */
static unsigned components_from(const char *path, size_t offset)
{
    unsigned n = 0;

    for (path += offset; *path; path++)
        n += *path == '/';
    return n;
}

/* Make the component behind m->done in parent; ret_name gets its name. */
static int make_component(struct making *m, int parent, char ret_name[NAME_MAX + 1],
                          bool *ret_existed, struct err *e)
{
    const char *dir = m->cg->dirs[m->i], *name = dir + m->done + 1;
    size_t len = strcspn(name, "/");

    if (len > NAME_MAX)
        return err_os(e, ENAMETOOLONG, "create cgroup '%s'", dir);
    memcpy(ret_name, name, len);
    ret_name[len] = '\0';
    *ret_existed = mkdirat(parent, ret_name, 0755) < 0;
    if (*ret_existed && errno != EEXIST)
        return err_os(e, errno, "create cgroup '%s'", dir);
    /* All below the first one that we made is ours, also what a neighbour was quicker to make. */
    if (!*ret_existed && m->cg->made[m->i] == 0)
        m->cg->made[m->i] = components_from(dir, m->done);
    m->done += 1 + len;
    return 0;
}

static int open_component(const struct making *m, int parent, const char *name, struct err *e)
{
    int fd = cgroup_dir_openat(parent, name, O_PATH | O_DIRECTORY);

    if (fd < 0)
        return err_os(e, fd, "open cgroup '%.*s'", (int)m->done, m->cg->dirs[m->i]);
    return fd;
}

/* From the mount down to the parent, component by component. */
static int descend(struct making *m, int mount, size_t parent_len, struct err *e)
{
    auto_fd at = mount;

    m->done = m->cg->mount_len[m->i];
    TRY(cgroup_prepare_children(m, at, e));
    while (m->done < parent_len) {
        auto_fd next = -EBADF;
        char name[NAME_MAX + 1];
        bool existed;

        TRY(make_component(m, at, name, &existed, e));
        next = open_component(m, at, name, e);
        TRY(next);
        TRY(cgroup_prepare_cpuset(m, at, next, e));
        TRY(cgroup_prepare_children(m, next, e));
        cleanup_fd(&at);
        at = take_fd(&next);
    }
    return take_fd(&at);
}

/* The directory in which the leaf goes, ready for it. */
static int open_parent(struct making *m, size_t parent_len, struct err *e)
{
    const char *dir = m->cg->dirs[m->i];
    size_t mount_len = m->cg->mount_len[m->i];
    char path[PATH_MAX];
    auto_fd mount = -EBADF, parent = -EBADF;

    snprintf(path, sizeof path, "%.*s", (int)mount_len, dir);
    mount = cgroup_dir_open(path);
    if (mount < 0)
        return err_os(e, mount, "open '%s'", path);
    /* Mostly the engine has made the parent long ago and all is in place. */
    if (parent_len > mount_len) {
        snprintf(path, sizeof path, "%.*s", (int)(parent_len - mount_len - 1), dir + mount_len + 1);
        parent = cgroup_dir_openat(mount, path, O_PATH | O_DIRECTORY);
    }
    if (parent >= 0 && cgroup_prepare_is_done(m, parent)) {
        m->done = parent_len;
        return take_fd(&parent);
    }
    return descend(m, take_fd(&mount), parent_len, e);
}

static bool reads_as(int dirfd, const char *file, const char *text)
{
    char buf[64];

    return cgroup_file_read(dirfd, file, buf, sizeof buf) >= 0 && strcmp(buf, text) == 0;
}

/* A leaf that was there before us: strangers in it would share the container's fate and limits, and
 * entering a frozen one never ends. */
static int check_leaf(const struct making *m, int leaf, struct err *e)
{
    const char *dir = m->cg->dirs[m->i];
    bool populated;
    int rc = cgroup_processes_in(leaf, &populated);

    if (rc < 0)
        return err_os(e, rc, "read the processes of cgroup '%s'", dir);
    if (populated)
        return err_set(e, ERR_EXISTS, "cgroup '%s' already holds processes", dir);
    if (m->cg->v2[m->i] ? reads_as(leaf, "cgroup.freeze", "1")
                        : m->cg->freezer[m->i] && !reads_as(leaf, "freezer.state", "THAWED"))
        return err_set(e, ERR_BAD_STATE, "cgroup '%s' is frozen", dir);
    return 0;
}

static int make_once(struct making *m, struct err *e)
{
    const char *dir = m->cg->dirs[m->i];
    auto_fd parent = -EBADF, leaf = -EBADF;
    char name[NAME_MAX + 1];
    bool existed;

    snprintf(m->available, sizeof m->available, "%s",
             m->cg->v2[m->i] && m->cg->controllers ? m->cg->controllers : "");
    parent = open_parent(m, (size_t)(strrchr(dir, '/') - dir), e);
    TRY(parent);
    TRY(make_component(m, parent, name, &existed, e));
    if (!existed && !m->cg->cpuset[m->i])
        return 0;
    leaf = open_component(m, parent, name, e);
    TRY(leaf);
    TRY(cgroup_prepare_cpuset(m, parent, leaf, e));
    return existed && !m->cg->given ? check_leaf(m, leaf, e) : 0;
}

static int make_one(struct cgroup *cg, unsigned i, const struct cgroup_writes *writes,
                    struct err *e)
{
    for (int attempt = 1;; attempt++) {
        struct making m = { .cg = cg, .writes = writes, .i = i };
        int rc = make_once(&m, e);

        if (rc >= 0)
            return 0;
        undo(cg, i);
        /* ENOENT, ENODEV: a directory on the way died between two calls. */
        if ((rc != -ENOENT && rc != -ENODEV) || attempt == ATTEMPTS)
            return rc;
    }
}

int cgroup_make(struct cgroup *cg, const struct cgroup_writes *writes, struct err *e)
{
    for (unsigned i = 0; i < cg->count; i++) {
        int rc = cg->dirs[i] ? make_one(cg, i, writes, e) : 0;

        if (rc < 0) {
            while (i-- > 0)
                undo(cg, i);
            return rc;
        }
    }
    return 0;
}
