// SPDX-License-Identifier: Apache-2.0
/* locate.c - which directories are a container's (config-linux.md, "Cgroups Path"). */
#include "cgroup/cgroup.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "cgroup/host.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

void cgroup_done(struct cgroup *cg)
{
    for (unsigned i = 0; i < cg->count; i++)
        free(cg->dirs[i]);
    free(cg->controllers);
    *cg = (struct cgroup){ 0 };
}

static bool has_dotdot(const char *path)
{
    for (; *path; path += strcspn(path, "/")) {
        path += strspn(path, "/");
        if (strcspn(path, "/") == 2 && strncmp(path, "..", 2) == 0)
            return true;
    }
    return false;
}

/* Append the components of path, each with one slash before it. Returns how many there were. */
static size_t add_components(struct buf *b, const char *path)
{
    size_t count = 0;

    for (;;) {
        size_t len;

        path += strspn(path, "/");
        len = strcspn(path, "/");
        if (len == 0)
            return count;
        if (len > 1 || *path != '.') {
            buf_puts(b, "/");
            buf_add(b, path, len);
            count++;
        }
        path += len;
    }
}

/* The own path in a hierarchy: from the host, or (on v2-only hosts, where few need it) read now. */
static int add_own(struct buf *b, const struct cgroup_hierarchy *h, struct err *e)
{
    auto_free char *text = NULL;
    const char *own = h->own;

    if (!own) {
        TRY(file_read(AT_FDCWD, "/proc/self/cgroup", 1 << 20, &text, NULL, e));
        own = cgroup_host_own_v2(text);
    }
    if (!own || !*own || has_dotdot(own))
        return err_set(e, ERR_UNSUPPORTED,
                       "linux.cgroupsPath is relative, but '%s' does not show the own cgroup",
                       h->mount);
    add_components(b, own);
    return 0;
}

static int locate_one(const struct cgroup_hierarchy *h, const char *path, char **ret, struct err *e)
{
    auto_buf b = { 0 };

    buf_puts(&b, h->mount);
    if (path[0] != '/')
        TRY(add_own(&b, h, e));
    if (add_components(&b, path) == 0)
        return err_set(e, ERR_INVALID, "linux.cgroupsPath '%s' names no cgroup of its own", path);
    if (buf_failed(&b))
        return err_os(e, ENOMEM, "linux.cgroupsPath");
    if (b.len >= PATH_MAX)
        return err_os(e, ENAMETOOLONG, "linux.cgroupsPath");
    *ret = take_ptr(b.data);
    return 0;
}

static int locate_all(const struct cgroup_host *host, const char *path, struct cgroup *cg,
                      struct err *e)
{
    for (unsigned i = 0; i < host->count; i++) {
        const struct cgroup_hierarchy *h = &host->h[i];

        TRY(locate_one(h, path, &cg->dirs[i], e));
        cg->count = i + 1;
        cg->mount_len[i] = strlen(h->mount);
        cg->v2[i] = h->v2;
        cg->freezer[i] = !h->v2 && strstr(h->controllers, ",freezer,");
        cg->cpuset[i] = !h->v2 && strstr(h->controllers, ",cpuset,");
    }
    if (host->v2 >= 0) {
        cg->controllers = strdup(host->h[host->v2].controllers);
        if (!cg->controllers)
            return err_os(e, ENOMEM, "linux.cgroupsPath");
    }
    return 0;
}

int cgroup_locate(const struct cgroup_host *host, const char *cgroups_path, const char *id,
                  struct cgroup *ret, struct err *e)
{
    cleanup(cgroup_done) struct cgroup cg = { 0 };
    char own_name[NAME_MAX + 1];
    const char *path = cgroups_path;

    if (!path || !*path) {
        int n = snprintf(own_name, sizeof own_name, "/davit-%s", id);

        if (n < 0 || (size_t)n >= sizeof own_name)
            return err_os(e, ENAMETOOLONG, "locate the cgroup of '%s'", id);
        path = own_name;
    }
    if (has_dotdot(path))
        return err_set(e, ERR_INVALID, "linux.cgroupsPath '%s' contains '..'", path);
    TRY(locate_all(host, path, &cg, e));
    *ret = cg;
    cg = (struct cgroup){ 0 };
    return 0;
}
