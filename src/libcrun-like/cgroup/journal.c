// SPDX-License-Identifier: Apache-2.0
/*
 * journal.c - undoing writes to cgroup files.
 *
 * Most files read as they are written. Of those that hold a line for each device only the device's
 * line is brought back: the others are not ours to touch.
 */
#include "cgroup/journal.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "cgroup/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

enum { CONTENT_MAX = 1 << 20 };

void journal_done(struct journal *j)
{
    for (size_t i = 0; i < j->room; i++) {
        free(j->items[i].file);
        free(j->items[i].text);
    }
    free(j->items);
    *j = (struct journal){ 0 };
}

/* What a device is set to when there is no line for it. */
static const char *no_line(const char *file)
{
    static const struct {
        const char *file, *rest;
    } defaults[] = {
        { "io.max", "rbps=max wbps=max riops=max wiops=max" },
        { "rdma.max", "hca_handle=max hca_object=max" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(defaults); i++)
        if (!strcmp(defaults[i].file, file))
            return defaults[i].rest;
    return strncmp(file, "blkio.throttle.", 15) ? "default" : "0";
}

/* The line that begins with the same word as value. */
static char *undo_line(const char *file, const char *value, const char *content)
{
    size_t key = strcspn(value, " ") + 1; /* with the space */
    char *text = NULL;

    for (const char *line = content; *line; line += strcspn(line, "\n")) {
        line += *line == '\n';
        if (!strncmp(line, value, key))
            return strndup(line, strcspn(line, "\n"));
    }
    return asprintf(&text, "%.*s%s", (int)key, value, no_line(file)) < 0 ? NULL : text;
}

/* Files that can only be written to. An exception from allowing everything can't be read, so going
 * back to that could give more than there was. */
static char *undo_rule(const char *file, const char *value, const char **ret_file)
{
    if (!strcmp(value, "a"))
        return NULL;
    *ret_file = strcmp(file, "devices.allow") ? "devices.allow" : "devices.deny";
    return strdup(value);
}

char *journal_undo_text(const char *file, const char *value, const char *content,
                        const char **ret_file)
{
    *ret_file = file;
    if (!strcmp(file, "devices.allow") || !strcmp(file, "devices.deny"))
        return undo_rule(file, value, ret_file);
    if (strchr(value, ' ') && strcmp(file, "cpu.max"))
        return undo_line(file, value, content);
    if (!strcmp(file, "memory.oom_control"))
        content += strcspn(content, " ") + (*content != '\0'); /* behind "oom_kill_disable" */
    /* An empty text would be no write at all. */
    return *content && *content != '\n' ? strndup(content, strcspn(content, "\n")) : strdup("\n");
}

static int make_room(struct journal *j)
{
    size_t room = j->room ? j->room * 2 : 16;
    struct journal_entry *bigger;

    if (j->count < j->room)
        return 0;
    bigger = reallocarray(j->items, room, sizeof *bigger);
    if (!bigger)
        return -ENOMEM;
    memset(bigger + j->room, 0, (room - j->room) * sizeof *bigger);
    j->items = bigger;
    j->room = room;
    return 0;
}

int journal_note(struct journal *j, int dirfd, unsigned hierarchy, const char *file,
                 const char *value)
{
    auto_free char *content = NULL;
    auto_fd fd = -EBADF;
    struct journal_entry *entry;
    struct err ignored;

    TRY(make_room(j));
    fd = cgroup_dir_openat(dirfd, file, O_RDONLY);
    if (fd >= 0 && file_read_fd(fd, CONTENT_MAX, &content, NULL, &ignored) < 0)
        content = NULL;
    entry = &j->items[j->count];
    cleanup_free(&entry->file);
    cleanup_free(&entry->text);
    entry->hierarchy = hierarchy;
    if (content || !strncmp(file, "devices.", 8))
        entry->text = journal_undo_text(file, value, content ? content : "", &file);
    entry->file = strdup(file);
    return entry->file ? 0 : -ENOMEM;
}

void journal_keep(struct journal *j)
{
    j->count++;
}

static bool restore_entry(const struct journal_entry *entry, const struct cgroup *cg)
{
    auto_fd dir = cgroup_dir_open(cg->dirs[entry->hierarchy]);

    return entry->text && dir >= 0 && cgroup_file_write(dir, entry->file, entry->text) == 0;
}

/* Last first, then again: of two that the kernel checks against each other the order may be wrong.
 */
const char *journal_restore(struct journal *j, const struct cgroup *cg)
{
    const char *left;
    bool progress;

    do {
        left = NULL;
        progress = false;
        for (size_t i = j->count; i-- > 0;) {
            struct journal_entry *entry = &j->items[i];

            if (entry->file && restore_entry(entry, cg)) {
                cleanup_free(&entry->file);
                progress = true;
            }
            left = entry->file ? entry->file : left;
        }
    } while (left && progress);
    return left;
}
