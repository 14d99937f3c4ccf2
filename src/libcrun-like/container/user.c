// SPDX-License-Identifier: Apache-2.0
/* user.c - whom exec's --user means: numbers, or names of the container's own passwd and group. */
#include "container/user.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/path.h"
#include "config/spec.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { DATABASE_MAX = 4 << 20 };

static bool is_number(const char *text, size_t len)
{
    return len > 0 && strspn(text, "0123456789") >= len;
}

bool user_is_numeric(const char *text)
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
    if (!spec_id_valid(id))
        return -ERANGE;
    *ret = (uint32_t)id;
    return 0;
}

int user_parse_id(const char *text, uint32_t *ret)
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

/* "name:password:id:..."; the id and, with ret_next, the one behind it. */
static int parse_entry(const char *line, size_t name_len, uint32_t *ret_id, uint32_t *ret_next)
{
    const char *id = strchr(line + name_len + 1, ':'), *next;

    if (!id)
        return -EINVAL;
    id++;
    TRY(parse_id(id, strcspn(id, ":\n"), ret_id));
    if (!ret_next)
        return 0;
    next = strchr(id, ':');
    return next ? parse_id(next + 1, strcspn(next + 1, ":\n"), ret_next) : -EINVAL;
}

struct lookup {
    const char *path, *kind; /* "/etc/passwd", "user" */
    const char *name;
    size_t len;
};

static int find_entry(int rootfd, const struct lookup *l, uint32_t *ret_id, uint32_t *ret_next,
                      struct err *e)
{
    auto_free char *text = NULL;

    TRY(read_database(rootfd, l->path, &text, e));
    for (char *line = text; *line;) {
        char *end = line + strcspn(line, "\n");
        bool last = *end == '\0';

        *end = '\0';
        if (!strncmp(line, l->name, l->len) && line[l->len] == ':') {
            if (parse_entry(line, l->len, ret_id, ret_next) < 0)
                return err_set(e, ERR_INVALID,
                               "--user: the container's %s has no valid ids for "
                               "'%.*s'",
                               l->path, (int)l->len, l->name);
            return 0;
        }
        line = last ? end : end + 1;
    }
    return err_set(e, ERR_INVALID, "--user: the container's %s has no %s '%.*s'", l->path, l->kind,
                   (int)l->len, l->name);
}

static int refuse(const char *text, struct err *e)
{
    return err_set(e, ERR_INVALID, "--user '%s' is not USER or USER:GROUP, names or numbers", text);
}

int user_find(int rootfd, const char *text, struct user_ids *ret, struct err *e)
{
    size_t len = strcspn(text, ":");
    const char *group = text[len] ? text + len + 1 : NULL;
    struct user_ids ids = { 0 };

    if (len == 0 || (group && (!*group || strchr(group, ':'))))
        return refuse(text, e);
    if (!is_number(text, len))
        TRY(find_entry(rootfd, &(struct lookup){ "/etc/passwd", "user", text, len }, &ids.uid,
                       &ids.gid, e));
    else if (parse_id(text, len, &ids.uid) < 0)
        return refuse(text, e);
    if (group && !is_number(group, strlen(group)))
        TRY(find_entry(rootfd, &(struct lookup){ "/etc/group", "group", group, strlen(group) },
                       &ids.gid, NULL, e));
    else if (group && parse_id(group, strlen(group), &ids.gid) < 0)
        return refuse(text, e);
    *ret = ids;
    return 0;
}
