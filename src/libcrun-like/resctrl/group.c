// SPDX-License-Identifier: Apache-2.0
/* group.c - resctrl's directories: found, made, joined and removed. */
#include "resctrl/resctrl.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { MOUNTINFO_MAX = 16 << 20, SCHEMATA_MAX = 1 << 20 };

/* The fifth word of a line, when the word behind " - " is "resctrl". */
static char *mount_point_of(const char *line, size_t len)
{
    const char *type = memmem(line, len, " - resctrl ", 11), *word = line;

    if (!type)
        return NULL;
    for (int i = 0; i < 4; i++)
        word += strcspn(word, " ") + 1;
    return word < type ? strndup(word, strcspn(word, " ")) : NULL;
}

int resctrl_find(const char *mountinfo, char **ret, struct err *e)
{
    auto_free char *text = NULL;
    size_t size;

    TRY(file_read(AT_FDCWD, mountinfo, MOUNTINFO_MAX, &text, &size, e));
    for (const char *line = text; *line;) {
        size_t len = strcspn(line, "\n");

        *ret = mount_point_of(line, len);
        if (*ret)
            return 0;
        line += len + (line[len] == '\n');
    }
    return err_set(e, ERR_UNSUPPORTED, "linux.intelRdt: no resctrl filesystem is mounted");
}

void resctrl_group_done(struct resctrl_group *g)
{
    free(g->dir);
    free(g->monitor);
    *g = (struct resctrl_group){ 0 };
}

static bool is_directory(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int resctrl_locate(const char *root, const struct resctrl_wish *w, const char *id,
                   struct resctrl_group *ret, struct err *e)
{
    cleanup(resctrl_group_done) struct resctrl_group g = { .own = w->must_make };
    bool there;

    if (asprintf(&g.dir, "%s/%s", root, w->group) < 0)
        return err_os(e, ENOMEM, "linux.intelRdt");
    if (w->monitor && asprintf(&g.monitor, "%s/mon_groups/%s", g.dir, id) < 0)
        return err_os(e, ENOMEM, "linux.intelRdt");
    there = is_directory(g.dir);
    if (there && w->must_make)
        return err_set(e, ERR_EXISTS, "linux.intelRdt: '%s' is there already", g.dir);
    if (!there && !w->may_make)
        return err_set(e, ERR_INVALID, "linux.intelRdt.closID: there is no '%s'", g.dir);
    *ret = g;
    g = (struct resctrl_group){ 0 };
    return 0;
}

/* The kernel takes or refuses what one write says. */
static int write_line(const char *dir, const char *file, const char *text, const char *where,
                      struct err *e)
{
    auto_free char *path = NULL, *line = NULL;
    auto_fd fd = -EBADF;
    int rc;

    if (asprintf(&path, "%s/%s", dir, file) < 0)
        return err_os(e, ENOMEM, "%s", where);
    if (asprintf(&line, "%s\n", text) < 0)
        return err_os(e, ENOMEM, "%s", where);
    fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (fd < 0)
        return err_os(e, errno, "%s: open '%s'", where, path);
    rc = write_all(fd, line, strlen(line));
    return rc < 0 ? err_os(e, rc, "%s: write '%s' to '%s'", where, text, path) : 0;
}

static int write_lines(const struct resctrl_group *g, const struct resctrl_wish *w, struct err *e)
{
    for (size_t i = 0; i < w->line_count; i++)
        TRY(write_line(g->dir, "schemata", w->lines[i].text, w->lines[i].where, e));
    return 0;
}

static int compare_lines(const struct resctrl_group *g, const struct resctrl_wish *w, struct err *e)
{
    auto_free char *path = NULL, *text = NULL;

    if (!w->line_count)
        return 0;
    if (asprintf(&path, "%s/schemata", g->dir) < 0)
        return err_os(e, ENOMEM, "linux.intelRdt");
    TRY(file_read(AT_FDCWD, path, SCHEMATA_MAX, &text, NULL, e));
    for (size_t i = 0; i < w->line_count; i++)
        if (!resctrl_matches(text, w->lines[i].text))
            return err_set(e, ERR_INVALID, "%s: '%s' is not what '%s' says", w->lines[i].where,
                           w->lines[i].text, path);
    return 0;
}

static int fill(const struct resctrl_group *g, const struct resctrl_wish *w, bool made,
                struct err *e)
{
    TRY(made ? write_lines(g, w, e) : compare_lines(g, w, e));
    if (g->monitor && mkdir(g->monitor, 0755) < 0)
        return err_os(e, errno, "linux.intelRdt.enableMonitoring: make '%s'", g->monitor);
    return 0;
}

int resctrl_make(const struct resctrl_group *g, const struct resctrl_wish *w, bool *ret_made,
                 struct err *e)
{
    *ret_made = mkdir(g->dir, 0755) == 0;
    if (!*ret_made && (errno != EEXIST || w->must_make))
        return err_os(e, errno, "linux.intelRdt: make '%s'", g->dir);
    if (fill(g, w, *ret_made, e) == 0)
        return 0;
    if (*ret_made)
        rmdir(g->dir);
    *ret_made = false;
    return -e->code;
}

/* The line of a schemata file that is about the same resource ("L3") as line, with its newline. */
static const char *line_of(const char *schemata, const char *line, size_t *ret_len)
{
    size_t resource = strcspn(line, ":") + 1;

    for (const char *p = schemata; *p; p += *ret_len) {
        p += strspn(p, " \t");
        *ret_len = strcspn(p, "\n");
        *ret_len += p[*ret_len] == '\n';
        if (!strncmp(p, line, resource))
            return p;
    }
    return NULL;
}

/* What the lines will overwrite. A resource that the file does not have is the kernel's to refuse.
 */
static int read_undo(const struct resctrl_group *g, const struct resctrl_line *lines, size_t count,
                     char **ret, struct err *e)
{
    auto_free char *path = NULL, *text = NULL;
    auto_buf undo = { 0 };

    if (asprintf(&path, "%s/schemata", g->dir) < 0)
        return err_os(e, ENOMEM, "%s", lines[0].where);
    if (file_read(AT_FDCWD, path, SCHEMATA_MAX, &text, NULL, e) < 0)
        return err_wrap(e, "%s", lines[0].where);
    buf_puts(&undo, "");
    for (size_t i = 0; i < count; i++) {
        size_t len = 0;
        const char *line = line_of(text, lines[i].text, &len);

        if (line)
            buf_add(&undo, line, len);
    }
    if (buf_failed(&undo))
        return err_os(e, ENOMEM, "%s", lines[0].where);
    *ret = take_ptr(undo.data);
    return 0;
}

int resctrl_restore(const struct resctrl_group *g, const char *undo, struct err *e)
{
    while (*undo) {
        size_t len = strcspn(undo, "\n");
        auto_free char *line = strndup(undo, len);

        if (!line)
            return err_os(e, ENOMEM, "linux.intelRdt");
        TRY(write_line(g->dir, "schemata", line, "linux.intelRdt", e));
        undo += len + (undo[len] == '\n');
    }
    return 0;
}

int resctrl_update(const struct resctrl_group *g, const struct resctrl_line *lines, size_t count,
                   char **ret_undo, struct err *e)
{
    auto_free char *undo = NULL;
    struct err ignored;

    TRY(read_undo(g, lines, count, &undo, e));
    for (size_t i = 0; i < count; i++)
        if (write_line(g->dir, "schemata", lines[i].text, lines[i].where, e) < 0) {
            if (i > 0)
                resctrl_restore(g, undo, &ignored);
            return -e->code;
        }
    *ret_undo = take_ptr(undo);
    return 0;
}

int resctrl_join(const struct resctrl_group *g, pid_t pid, struct err *e)
{
    char text[16];

    snprintf(text, sizeof text, "%d", pid);
    TRY(write_line(g->dir, "tasks", text, "linux.intelRdt", e));
    /* A monitoring group takes only processes of the group it is in. */
    return g->monitor ? write_line(g->monitor, "tasks", text, "linux.intelRdt.enableMonitoring", e)
                      : 0;
}

static int remove_dir(const char *dir, struct err *e)
{
    return rmdir(dir) < 0 && errno != ENOENT ? err_os(e, errno, "remove '%s'", dir) : 0;
}

int resctrl_remove(const struct resctrl_group *g, struct err *e)
{
    if (g->monitor)
        TRY(remove_dir(g->monitor, e));
    return g->dir && g->own ? remove_dir(g->dir, e) : 0;
}
