// SPDX-License-Identifier: Apache-2.0
/* host.c - which cgroup hierarchies this host has, where they are mounted and what they hold. */
#include "cgroup/host.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>

enum { SELF_CGROUP_LIMIT = 1 << 20 };

/* One line of /proc/self/cgroup and what mountinfo had to say about it. */
struct membership {
    char *controllers; /* "cpu,cpuacct", "name=systemd", "" for v2 */
    char *path;
    int index;  /* in host->h, -1: no mount seen yet */
    bool whole; /* the mount shows our own path; no better one can follow */
};

struct memberships {
    struct membership items[CGROUP_HIERARCHIES_MAX];
    unsigned count;
};

void cgroup_host_done(struct cgroup_host *h)
{
    arena_done(&h->arena);
    *h = (struct cgroup_host){ .v2 = -1 };
}

/* "4:cpu,cpuacct:/a:b" in place; the path may hold colons. */
static bool split_membership(char *line, struct membership *ret)
{
    char *controllers = strchr(line, ':');
    char *path = controllers ? strchr(controllers + 1, ':') : NULL;

    if (!path)
        return false;
    *path = '\0';
    *ret = (struct membership){ .controllers = controllers + 1, .path = path + 1, .index = -1 };
    return true;
}

static int read_memberships(char *text, struct memberships *ret, struct err *e)
{
    char *rest = text, *line;

    while ((line = strsep(&rest, "\n"))) {
        struct membership m;

        if (!split_membership(line, &m))
            continue;
        if (ret->count == CGROUP_HIERARCHIES_MAX)
            return err_set(e, ERR_UNSUPPORTED, "this host has more than %d cgroup hierarchies",
                           CGROUP_HIERARCHIES_MAX);
        ret->items[ret->count++] = m;
    }
    return 0;
}

const char *cgroup_host_own_v2(char *self_cgroup)
{
    char *rest = self_cgroup, *line;
    struct membership m;

    while ((line = strsep(&rest, "\n")))
        if (split_membership(line, &m) && m.controllers[0] == '\0')
            return m.path;
    return NULL;
}

/* mountinfo writes blank, tab, newline, backslash and '#' as \ooo. */
static void unescape(char *s)
{
    char *out = s;

    while (*s) {
        if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' && s[2] <= '7' &&
            s[3] >= '0' && s[3] <= '7') {
            *out++ = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0'));
            s += 4;
        } else {
            *out++ = *s++;
        }
    }
    *out = '\0';
}

static bool list_has(const char *list, const char *item, size_t len)
{
    while (*list) {
        size_t n = strcspn(list, ",");

        if (n == len && memcmp(list, item, n) == 0)
            return true;
        list += n + (list[n] == ',');
    }
    return false;
}

/* The interesting fields of one mountinfo line, cut in place (proc_pid_mountinfo(5)). */
struct mount_line {
    char *root, *point, *type, *options;
};

static bool split_mount_line(char *line, struct mount_line *ret)
{
    char *dash = strstr(line, " - "), *rest = line, *tail;

    if (!dash || strncmp(dash + 3, "cgroup", 6) != 0)
        return false;
    *dash = '\0';
    tail = dash + 3;
    for (int i = 0; i < 3; i++)
        strsep(&rest, " ");
    ret->root = strsep(&rest, " ");
    ret->point = strsep(&rest, " ");
    ret->type = strsep(&tail, " ");
    strsep(&tail, " ");
    ret->options = strsep(&tail, "\n");
    if (!ret->root || !ret->point || !ret->options)
        return false;
    unescape(ret->root);
    unescape(ret->point);
    return true;
}

static struct membership *find_membership(struct memberships *all, const struct mount_line *line)
{
    bool v2 = strcmp(line->type, "cgroup2") == 0;

    for (unsigned i = 0; i < all->count; i++) {
        struct membership *m = &all->items[i];
        size_t len = strcspn(m->controllers, ",");

        if (v2 ? len == 0 : len > 0 && list_has(line->options, m->controllers, len))
            return m;
    }
    return NULL;
}

/* Our path as seen below the mount: NULL when the mount shows another part of the hierarchy, ""
 * when it starts above our cgroup namespace, so that the names on the way are unknown. */
static const char *own_below(const char *root, const char *path)
{
    size_t len = strlen(root);

    if (strcmp(root, "/") == 0)
        return path;
    if (strncmp(root, "/..", 3) == 0)
        return "";
    if (strncmp(path, root, len) != 0 || (path[len] != '/' && path[len] != '\0'))
        return NULL;
    return path[len] ? path + len : "/";
}

static int take_mount(struct cgroup_host *host, struct membership *m, const struct mount_line *line,
                      struct err *e)
{
    const char *own = own_below(line->root, m->path);
    struct cgroup_hierarchy *h;

    if (!own || (m->index >= 0 && own[0] == '\0'))
        return 0;
    if (m->index < 0)
        m->index = (int)host->count++;
    m->whole = own[0] != '\0';
    h = &host->h[m->index];
    h->v2 = m->controllers[0] == '\0';
    h->mount = arena_strdup(&host->arena, line->point);
    h->own = arena_strdup(&host->arena, own);
    h->controllers = h->v2 ? NULL : arena_printf(&host->arena, ",%s,", m->controllers);
    if (!h->mount || !h->own || (!h->v2 && !h->controllers))
        return err_os(e, ENOMEM, "read /proc/self/mountinfo");
    if (h->v2)
        host->v2 = m->index;
    return 0;
}

static bool is_complete(const struct memberships *all)
{
    for (unsigned i = 0; i < all->count; i++)
        if (!all->items[i].whole)
            return false;
    return true;
}

int cgroup_host_parse(struct cgroup_host *host, FILE *mountinfo, char *self_cgroup, struct err *e)
{
    struct memberships all = { 0 };
    auto_free char *line = NULL;
    size_t size = 0;

    TRY(read_memberships(self_cgroup, &all, e));
    /* The kernel composes the table while it is read and a busy host's is long: stop early. */
    while (!is_complete(&all) && getline(&line, &size, mountinfo) > 0) {
        struct mount_line fields;
        struct membership *m;

        if (!split_mount_line(line, &fields))
            continue;
        m = find_membership(&all, &fields);
        if (m && !m->whole)
            TRY(take_mount(host, m, &fields, e));
    }
    if (ferror(mountinfo))
        return err_os(e, EIO, "read /proc/self/mountinfo");
    return 0;
}

char *cgroup_host_list(struct arena *a, const char *spaced)
{
    char *list = arena_printf(a, ",%s", spaced);
    size_t len;

    if (!list)
        return NULL;
    for (len = 0; list[len] && list[len] != '\n'; len++)
        if (list[len] == ' ')
            list[len] = ',';
    if (list[len] == '\n')
        list[len] = ',';
    else
        list = arena_printf(a, "%s,", list);
    return list && list[1] == ',' ? arena_strdup(a, ",") : list;
}

static int read_v2_controllers(struct cgroup_host *host, struct err *e)
{
    struct cgroup_hierarchy *h = &host->h[host->v2];
    char *path = arena_printf(&host->arena, "%s/cgroup.controllers", h->mount);
    auto_fd fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    char text[512];
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;

    /* A tree that can't be read can still hold processes; what it can't do, compile will say. */
    text[n > 0 ? n : 0] = '\0';
    h->controllers = cgroup_host_list(&host->arena, text);
    return h->controllers ? 0 : err_os(e, ENOMEM, "read cgroup.controllers");
}

static int read_mounts(struct cgroup_host *host, struct err *e)
{
    auto_file mountinfo = fopen("/proc/self/mountinfo", "re");
    auto_free char *self = NULL;
    char buffer[16384];

    /* Without /proc nothing is known, and whatever limit is asked for will be refused. */
    if (!mountinfo && errno == ENOENT)
        return 0;
    if (!mountinfo)
        return err_os(e, errno, "open /proc/self/mountinfo");
    /* procfs asks for a buffer of 1 KB, which would be a dozen reads. */
    setvbuf(mountinfo, buffer, _IOFBF, sizeof buffer);
    TRY(file_read(AT_FDCWD, "/proc/self/cgroup", SELF_CGROUP_LIMIT, &self, NULL, e));
    return cgroup_host_parse(host, mountinfo, self, e);
}

int cgroup_host_read(struct cgroup_host *ret, struct err *e)
{
    cleanup(cgroup_host_done) struct cgroup_host host = { .v2 = -1 };
    static const char v2_mount[] = "/sys/fs/cgroup";
    struct statfs st;

    if (statfs(v2_mount, &st) == 0 && st.f_type == CGROUP2_SUPER_MAGIC) {
        /* The tree of today's hosts; .own is read by cgroup_locate() if a path needs it. */
        host.h[0] = (struct cgroup_hierarchy){
            .v2 = true,
            .mount = arena_strdup(&host.arena, v2_mount),
        };
        if (!host.h[0].mount)
            return err_os(e, ENOMEM, "read %s", v2_mount);
        host.count = 1;
        host.v2 = 0;
    } else {
        TRY(read_mounts(&host, e));
    }
    if (host.v2 >= 0)
        TRY(read_v2_controllers(&host, e));
    *ret = host;
    host = (struct cgroup_host){ .v2 = -1 };
    return 0;
}
