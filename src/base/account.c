// SPDX-License-Identifier: Apache-2.0
/* account.c - whom a user's name means: numbers, or names of a root's own passwd and group. */
#include "base/account.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/path.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { DATABASE_MAX = 4 << 20 };

static bool is_number(const char *text, size_t len)
{
    return len > 0 && strspn(text, "0123456789") >= len;
}

bool account_is_numeric(const char *text)
{
    size_t len = strcspn(text, ":");

    return is_number(text, len) &&
           (!text[len] || is_number(text + len + 1, strlen(text + len + 1)));
}

/* One id: digits only, the whole of them, below the kernel's "no change" (CVE-2026-30892). */
static int parse_id(const char *text, size_t len, uint32_t *ret)
{
    uint64_t id = 0;

    if (!is_number(text, len) || len > 10)
        return -EINVAL;
    for (size_t i = 0; i < len; i++)
        id = id * 10 + (uint64_t)(text[i] - '0');
    if (id >= UINT32_MAX)
        return -ERANGE;
    *ret = (uint32_t)id;
    return 0;
}

int account_parse_id(const char *text, uint32_t *ret)
{
    return parse_id(text, strlen(text), ret);
}

/* O_PATH first: opening a FIFO could wait for ever, opening a device could do anything. */
static int read_database(int rootfd, const char *path, char **ret, struct err *e)
{
    auto_fd found = path_open(rootfd, path, 0);
    auto_fd fd = -EBADF;
    char self[40];
    struct stat st;

    if (found < 0)
        return err_os(e, found, "open the container's %s", path);
    if (fstat(found, &st) < 0)
        return err_os(e, errno, "look at the container's %s", path);
    if (!S_ISREG(st.st_mode))
        return err_set(e, ERR_INVALID, "the container's %s is no regular file", path);
    snprintf(self, sizeof self, "/proc/self/fd/%d", found);
    fd = open(self, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return err_os(e, errno, "open the container's %s", path);
    if (file_read_fd(fd, DATABASE_MAX, ret, NULL, e) < 0)
        return err_wrap(e, "the container's %s", path);
    return 0;
}

/* The next line of a text that is taken apart; NULL at its end. */
static char *next_line(char **text)
{
    return *text && **text ? strsep(text, "\n") : NULL;
}

/* The n-th field of "name:password:id:..."; NULL when the line has fewer. Fields behind it stay
 * attached. */
static const char *field(const char *line, int n)
{
    for (; line && n > 0; n--) {
        line = strchr(line, ':');
        line = line ? line + 1 : NULL;
    }
    return line;
}

static int field_id(const char *line, int n, uint32_t *ret)
{
    const char *text = field(line, n);

    return text ? parse_id(text, strcspn(text, ":"), ret) : -EINVAL;
}

struct lookup {
    const char *path, *kind; /* "/etc/passwd", "user" */
    const char *name;
    size_t len;
};

/* ret_next: the id behind the entry's own, or NULL. */
static int find_entry(int rootfd, const struct lookup *l, uint32_t *ret_id, uint32_t *ret_next,
                      struct err *e)
{
    auto_free char *text = NULL;
    char *rest, *line;

    TRY(read_database(rootfd, l->path, &text, e));
    rest = text;
    while ((line = next_line(&rest))) {
        if (strncmp(line, l->name, l->len) != 0 || line[l->len] != ':')
            continue;
        if (field_id(line, 2, ret_id) < 0 || (ret_next && field_id(line, 3, ret_next) < 0))
            return err_set(e, ERR_INVALID, "the container's %s has no valid ids for '%.*s'",
                           l->path, (int)l->len, l->name);
        return 0;
    }
    return err_set(e, ERR_INVALID, "the container's %s has no %s '%.*s'", l->path, l->kind,
                   (int)l->len, l->name);
}

static int refuse(const char *text, struct err *e)
{
    return err_set(e, ERR_INVALID, "'%s' is not USER or USER:GROUP, names or numbers", text);
}

int account_find(int rootfd, const char *text, struct account *ret, struct err *e)
{
    size_t len = strcspn(text, ":");
    const char *group = text[len] ? text + len + 1 : NULL;
    struct account found = { 0 };

    if (len == 0 || (group && (!*group || strchr(group, ':'))))
        return refuse(text, e);
    if (!is_number(text, len))
        TRY(find_entry(rootfd, &(struct lookup){ "/etc/passwd", "user", text, len }, &found.uid,
                       &found.gid, e));
    else if (parse_id(text, len, &found.uid) < 0)
        return refuse(text, e);
    if (group && !is_number(group, strlen(group)))
        TRY(find_entry(rootfd, &(struct lookup){ "/etc/group", "group", group, strlen(group) },
                       &found.gid, NULL, e));
    else if (group && parse_id(group, strlen(group), &found.gid) < 0)
        return refuse(text, e);
    *ret = found;
    return 0;
}

/* Like read_database(), but a file that is not there reads as an empty one. */
static int read_optional(int rootfd, const char *path, char **ret, struct err *e)
{
    int rc = read_database(rootfd, path, ret, e);

    if (rc != -ENOENT)
        return rc;
    *ret = strdup("");
    return *ret ? 0 : err_os(e, ENOMEM, "read the container's %s", path);
}

int account_group_of(int rootfd, uint32_t uid, uint32_t *ret, struct err *e)
{
    auto_free char *text = NULL;
    char *rest, *line;

    TRY(read_optional(rootfd, "/etc/passwd", &text, e));
    rest = text;
    *ret = 0;
    while ((line = next_line(&rest))) {
        uint32_t id, group;

        if (field_id(line, 2, &id) < 0 || id != uid || field_id(line, 3, &group) < 0)
            continue;
        *ret = group;
        return 0;
    }
    return 0;
}

/* Is the user one of a group's comma-separated members? */
static bool has_member(const char *members, const char *name, size_t len)
{
    while (*members) {
        size_t n = strcspn(members, ",");

        if (n == len && memcmp(members, name, n) == 0)
            return true;
        members += n + (members[n] == ',');
    }
    return false;
}

/* Lines of text, an upper bound of the groups in it. */
static size_t count_lines(const char *text)
{
    size_t n = 1;

    for (; *text; text++)
        n += *text == '\n';
    return n;
}

int account_groups(int rootfd, const char *name, struct arena *arena, uint32_t **ret,
                   size_t *ret_count, struct err *e)
{
    size_t len = strcspn(name, ":"), n = 0;
    auto_free char *text = NULL;
    char *rest, *line;
    uint32_t *groups;

    TRY(read_optional(rootfd, "/etc/group", &text, e));
    groups = arena_new(arena, count_lines(text), uint32_t);
    if (!groups)
        return err_os(e, ENOMEM, "read the container's /etc/group");
    rest = text;
    while ((line = next_line(&rest))) {
        const char *members = field(line, 3);

        if (members && has_member(members, name, len) && field_id(line, 2, &groups[n]) == 0)
            n++;
    }
    *ret = groups;
    *ret_count = n;
    return 0;
}
