// SPDX-License-Identifier: Apache-2.0
/* prepare.c - enabling v2 controllers and filling v1 cpusets on the way down to a container's
 * cgroup. */
#include "cgroup/prepare.h"

#include "base/cleanup.h"
#include "cgroup/dir.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { CPUSET_MAX = 8192 };

static bool list_has(const char *list, const char *item, size_t len)
{
    for (; *list; list += strcspn(list, " ,")) {
        list += strspn(list, " ,");
        if (strcspn(list, " ,") == len && strncmp(list, item, len) == 0)
            return true;
    }
    return false;
}

/* "+cpu +pids" for what is available and not in enabled. */
static size_t compose_missing(const char *available, const char *enabled, char *ret, size_t size)
{
    size_t used = 0;

    ret[0] = '\0';
    for (const char *p = available; *p; p += strcspn(p, ",")) {
        size_t len;

        p += strspn(p, ",");
        len = strcspn(p, ",");
        if (len == 0 || list_has(enabled, p, len) || used + len + 3 > size)
            continue;
        used += (size_t)snprintf(ret + used, size - used, "%s+%.*s", used ? " " : "", (int)len, p);
    }
    return used;
}

static void forget(char *available, const char *controller)
{
    char item[64], *at;

    snprintf(item, sizeof item, ",%s,", controller);
    at = strstr(available, item);
    if (at)
        memmove(at, at + strlen(item) - 1, strlen(at + strlen(item) - 1) + 1);
}

/* The field that can't do without the controller, or NULL. */
static const char *needed_by(const struct making *m, const char *controller)
{
    for (size_t k = 0; m->writes && k < m->writes->count; k++)
        if (m->writes->items[k].hierarchy == m->i &&
            strcmp(m->writes->items[k].controller, controller) == 0)
            return m->writes->items[k].where;
    return NULL;
}

/* The kernel refuses a directory that holds processes to distribute memory or io (EBUSY), but not
 * cpu or pids: with these alone it becomes a threaded domain, whose children no process can be put
 * into. The root, which has no cgroup.type, is exempt. */
static bool competes_with_children(int dirfd)
{
    char text[32];

    return cgroup_file_read(dirfd, "cgroup.type", text, sizeof text) >= 0 &&
           cgroup_file_read(dirfd, "cgroup.procs", text, sizeof text) > 0;
}

/* One refusal spoils a whole write ("cpu" with realtime tasks about, say): find out which it was.
 */
static int enable_singly(struct making *m, int dirfd, char *missing, struct err *e)
{
    bool busy = competes_with_children(dirfd);
    char *rest = missing, *word;

    while ((word = strsep(&rest, " "))) {
        int rc = busy ? -EBUSY : cgroup_file_write(dirfd, "cgroup.subtree_control", word);
        const char *where = needed_by(m, word + 1);

        if (rc < 0 && where)
            return err_os(e, rc, "%s: enable controller '%s' in '%.*s'", where, word + 1,
                          (int)m->done, m->cg->dirs[m->i]);
        if (rc < 0)
            forget(m->available, word + 1);
    }
    return 0;
}

static bool read_missing(const struct making *m, int dirfd, char *ret, size_t size)
{
    char enabled[512];

    if (cgroup_file_read(dirfd, "cgroup.subtree_control", enabled, sizeof enabled) < 0)
        enabled[0] = '\0';
    return compose_missing(m->available, enabled, ret, size) > 0;
}

int cgroup_prepare_children(struct making *m, int dirfd, struct err *e)
{
    char missing[640];

    if (!m->cg->v2[m->i] || !read_missing(m, dirfd, missing, sizeof missing))
        return 0;
    if (!competes_with_children(dirfd) &&
        cgroup_file_write(dirfd, "cgroup.subtree_control", missing) == 0)
        return 0;
    return enable_singly(m, dirfd, missing, e);
}

static bool is_empty(int dirfd, const char *file)
{
    char text[CPUSET_MAX];

    return cgroup_file_read(dirfd, file, text, sizeof text) == 0;
}

bool cgroup_prepare_is_done(struct making *m, int dirfd)
{
    char missing[640];

    if (m->cg->v2[m->i])
        return !read_missing(m, dirfd, missing, sizeof missing);
    return !m->cg->cpuset[m->i] ||
           (!is_empty(dirfd, "cpuset.cpus") && !is_empty(dirfd, "cpuset.mems"));
}

static int inherit(struct making *m, int parent, int dirfd, const char *file, struct err *e)
{
    char text[CPUSET_MAX];
    int rc;

    /* Not empty: cgroup.clone_children did it, another creator, or somebody on purpose. */
    rc = cgroup_file_read(dirfd, file, text, sizeof text);
    if (rc > 0)
        return 0;
    if (rc == 0)
        rc = cgroup_file_read(parent, file, text, sizeof text);
    if (rc > 0)
        rc = cgroup_file_write(dirfd, file, text);
    if (rc < 0)
        return err_os(e, rc, "set %s of '%.*s'", file, (int)m->done, m->cg->dirs[m->i]);
    return 0;
}

int cgroup_prepare_cpuset(struct making *m, int parent, int dirfd, struct err *e)
{
    if (!m->cg->cpuset[m->i])
        return 0;
    TRY(inherit(m, parent, dirfd, "cpuset.cpus", e));
    return inherit(m, parent, dirfd, "cpuset.mems", e);
}
