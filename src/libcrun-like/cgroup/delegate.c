// SPDX-License-Identifier: Apache-2.0
/* delegate.c - giving a container's v2 cgroup to the user that its process runs as. */
#include "cgroup/cgroup.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "cgroup/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* For kernels before 4.15, which do not tell; the three files that the specification names. */
static const char FALLBACK[] = "cgroup.procs\ncgroup.subtree_control\ncgroup.threads\n";

static int read_names(char **ret, struct err *e)
{
    int rc = file_read(AT_FDCWD, "/sys/kernel/cgroup/delegate", 1 << 16, ret, NULL, e);

    if (rc != -ENOENT)
        return rc;
    *ret = strdup(FALLBACK);
    return *ret ? 0 : err_os(e, ENOMEM, "read /sys/kernel/cgroup/delegate");
}

static int give(int fd, uid_t uid)
{
    return fchownat(fd, "", uid, (gid_t)-1, AT_EMPTY_PATH) < 0 ? -errno : 0;
}

/* A controller that is not enabled here has no files here. */
static int give_file(int dir, const char *name, uid_t uid)
{
    auto_fd fd = cgroup_dir_openat(dir, name, O_PATH);

    if (fd == -ENOENT)
        return 0;
    return fd < 0 ? fd : give(fd, uid);
}

static int give_directory(const char *path, uid_t uid, struct err *e)
{
    auto_fd dir = cgroup_dir_open(path);
    auto_free char *names = NULL;
    char *rest, *name;
    int rc;

    if (dir < 0)
        return err_os(e, dir, "open cgroup '%s'", path);
    TRY(read_names(&names, e));
    rc = give(dir, uid);
    if (rc < 0)
        return err_os(e, rc, "change the owner of cgroup '%s'", path);
    for (rest = names; (name = strsep(&rest, "\n"));) {
        rc = *name ? give_file(dir, name, uid) : 0;
        if (rc < 0)
            return err_os(e, rc, "change the owner of '%s' in cgroup '%s'", name, path);
    }
    return 0;
}

int cgroup_delegate(const struct cgroup *cg, uid_t uid, struct err *e)
{
    for (unsigned i = 0; i < cg->count; i++)
        if (cg->v2[i] && cg->dirs[i])
            TRY(give_directory(cg->dirs[i], uid, e));
    return 0;
}
