// SPDX-License-Identifier: Apache-2.0
/* apply.c - writing a container's limits into its directories. */
#include "cgroup/cgroup.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "cgroup/device_change.h"
#include "cgroup/dir.h"
#include "cgroup/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What was written to last: limits come grouped by directory, device rules by file. */
struct cursor {
    const struct cgroup *cg;
    const char *file_name;
    unsigned hierarchy;
    int dir, file;
    bool in_other;           /* the last write went into its other file */
    struct journal *journal; /* NULL: what stood there before is of no account */
};

static void cursor_done(struct cursor *c)
{
    cleanup_fd(&c->file);
    cleanup_fd(&c->dir);
}

static int move_to(struct cursor *c, unsigned hierarchy)
{
    if (c->dir >= 0 && c->hierarchy == hierarchy)
        return 0;
    cursor_done(c);
    if (hierarchy >= c->cg->count || !c->cg->dirs[hierarchy])
        return -ENOENT;
    c->dir = cgroup_dir_open(c->cg->dirs[hierarchy]);
    c->hierarchy = hierarchy;
    return c->dir < 0 ? c->dir : 0;
}

static int put_text(struct cursor *c, unsigned hierarchy, const char *file, const char *text)
{
    size_t len = strlen(text);
    ssize_t n;

    TRY(move_to(c, hierarchy));
    if (c->file < 0 || strcmp(c->file_name, file) != 0) {
        cleanup_fd(&c->file);
        c->file = cgroup_dir_openat(c->dir, file, O_WRONLY);
        c->file_name = file;
    }
    if (c->file < 0)
        return c->file;
    if (c->journal)
        TRY(journal_note(c->journal, c->dir, hierarchy, file, text));
    do {
        n = write(c->file, text, len);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return -errno;
    if (c->journal)
        journal_keep(c->journal);
    return (size_t)n == len ? 0 : -EIO;
}

/* A word that the file holds, then the value. */
static int put_behind_first(struct cursor *c, const struct cgroup_write *w)
{
    char text[128];
    size_t len;

    TRY(move_to(c, w->hierarchy));
    TRY(cgroup_file_read(c->dir, w->file, text, sizeof text));
    len = strcspn(text, " ");
    if (len + 1 + strlen(w->value) >= sizeof text)
        return -E2BIG;
    snprintf(text + len, sizeof text - len, " %s", w->value);
    return put_text(c, w->hierarchy, w->file, text);
}

/* EOPNOTSUPP: the device is not under the scheduler that the file belongs to. */
static int put(struct cursor *c, const struct cgroup_write *w)
{
    int rc =
            w->behind_first ? put_behind_first(c, w) : put_text(c, w->hierarchy, w->file, w->value),
        other;

    c->in_other = false;
    if (!w->other_file || (rc != -ENOENT && rc != -EOPNOTSUPP))
        return rc;
    other = put_text(c, w->hierarchy, w->other_file, w->other_value);
    c->in_other = other != -ENOENT;
    return c->in_other ? other : rc;
}

/* A swap limit can hold without a file for it: when it says unlimited, or when the kernel was built
 * without swap. */
static bool holds_without_file(const struct cgroup_write *w)
{
    if (strcmp(w->where, "linux.resources.memory.swap") != 0)
        return false;
    return strcmp(w->value, "max") == 0 || strcmp(w->value, "-1") == 0 ||
           (access("/proc/swaps", F_OK) < 0 && errno == ENOENT);
}

static int explain(const struct cursor *c, int rc, const struct cgroup_write *w, struct err *e)
{
    if (rc >= 0 || w->optional || (rc == -ENOENT && (w->if_there || holds_without_file(w))))
        return 0;
    if (rc == -ENOENT)
        return err_os(e, rc, "%s: open '%s'", w->where, w->file);
    return err_os(e, rc, "%s: write '%s' to '%s'", w->where,
                  c->in_other ? w->other_value : w->value, c->in_other ? w->other_file : w->file);
}

/* The number in a file; a word ("max") is none, which is more than any number. */
static int read_number(struct cursor *c, const struct cgroup_write *w, const char *file,
                       unsigned long long *ret, struct err *e)
{
    char text[64], *end;
    int rc = move_to(c, w->hierarchy);

    if (rc >= 0)
        rc = cgroup_file_read(c->dir, file, text, sizeof text);
    if (rc < 0)
        return err_os(e, rc, "%s: read '%s'", w->where, file);
    *ret = strtoull(text, &end, 10);
    if (end == text)
        *ret = ULLONG_MAX;
    return 0;
}

/* config-linux.md, memory.checkBeforeUpdate. */
static int check_usage(struct cursor *c, const struct cgroup_write *w, struct err *e)
{
    unsigned long long used, limit = strtoull(w->value, NULL, 10);

    if (!w->usage || w->value[0] < '0' || w->value[0] > '9')
        return 0;
    TRY(read_number(c, w, w->usage, &used, e));
    if (used <= limit)
        return 0;
    return err_set(e, ERR_INVALID, "%s: rejecting memory limit %llu, as %llu bytes are in use",
                   w->where, limit, used);
}

static int check_kept(struct cursor *c, const struct cgroup_write *w, struct err *e)
{
    unsigned long long now;

    if (!w->kept)
        return 0;
    TRY(read_number(c, w, w->file, &now, e));
    if (now <= strtoull(w->value, NULL, 10))
        return 0;
    return err_set(e, ERR_UNSUPPORTED, "%s: this kernel takes '%s' and keeps no limit", w->where,
                   w->file);
}

/* Some limits come in pairs that the kernel checks against each other (limit and memsw, quota and
 * burst). Where old values stand, the first can be impossible until the second is written. */
static bool are_pair(const struct cgroup_write *a, const struct cgroup_write *b)
{
    static const char *const PAIRS[][2] = {
        { "memory.limit_in_bytes", "memory.memsw.limit_in_bytes" },
        { "cpu.shares", "cpu.idle" },
        { "cpu.weight", "cpu.idle" },
        { "cpu.cfs_period_us", "cpu.cfs_quota_us" },
        { "cpu.cfs_quota_us", "cpu.cfs_burst_us" },
        { "cpu.max", "cpu.max.burst" },
        { "cpu.rt_period_us", "cpu.rt_runtime_us" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(PAIRS); i++)
        if (strcmp(a->file, PAIRS[i][0]) == 0 && strcmp(b->file, PAIRS[i][1]) == 0)
            return true;
    return false;
}

/* Write w, after what it has to wait for. *ret_used: how many of the left writes that took. */
static int put_in_turn(struct cursor *c, const struct cgroup_write *w, size_t left,
                       size_t *ret_used, struct err *e)
{
    int rc;

    *ret_used = 1;
    TRY(check_usage(c, w, e));
    rc = put(c, w);
    if (rc == -EINVAL && left > 1 && are_pair(w, w + 1)) {
        TRY(put_in_turn(c, w + 1, left - 1, ret_used, e));
        ++*ret_used;
        rc = put(c, w);
    }
    TRY(explain(c, rc, w, e));
    return check_kept(c, w, e);
}

static int put_all(struct cursor *c, const struct cgroup_writes *writes, struct err *e)
{
    size_t used;

    for (size_t i = 0; i < writes->count; i += used)
        TRY(put_in_turn(c, &writes->items[i], writes->count - i, &used, e));
    return 0;
}

int cgroup_apply(const struct cgroup *cg, const struct cgroup_writes *writes, struct err *e)
{
    cleanup(cursor_done) struct cursor c = { .cg = cg, .dir = -EBADF, .file = -EBADF };

    if (cg->count == 0)
        return 0;
    TRY(put_all(&c, writes, e));
    return writes->device_insns ? cgroup_program_attach(cg, writes, e) : 0;
}

/* v1 device rules that begin anew, be it with a verdict of "all", deny all for a moment: the kernel
 * drops the exceptions before it changes the verdict. */
static bool denies_for_a_moment(const struct cgroup_writes *writes)
{
    for (size_t i = 0; i < writes->count; i++)
        if (!strncmp(writes->items[i].file, "devices.", 8) && !strcmp(writes->items[i].value, "a"))
            return true;
    return false;
}

/* In a stopped container nobody notices. */
static int stop_for(const struct cgroup *cg, const struct cgroup_writes *writes, bool *ret_stopped,
                    struct err *e)
{
    bool frozen = false;

    if (!denies_for_a_moment(writes))
        return 0;
    TRY(cgroup_frozen(cg, &frozen, e));
    if (frozen)
        return 0;
    TRY(cgroup_freeze(cg, true, e));
    *ret_stopped = true;
    return 0;
}

static int update(struct cursor *c, const struct cgroup_writes *writes, struct err *e)
{
    TRY(put_all(c, writes, e));
    /* Last, as it is one step that needs no undoing. */
    if (writes->device_insns || writes->no_device_program)
        return cgroup_program_replace(c->cg, writes, e);
    return 0;
}

/* The error keeps its verdict; what is worse than it is said beside it. */
static void tell_left(struct err *e, const char *file)
{
    size_t len = strlen(e->text);

    snprintf(e->text + len, sizeof e->text - len, " (and '%s' could not be put back)", file);
}

int cgroup_update(const struct cgroup *cg, const struct cgroup_writes *writes, struct err *e)
{
    cleanup(journal_done) struct journal journal = { 0 };
    cleanup(arena_done) struct arena arena = { 0 };
    cleanup(cursor_done) struct cursor c = {
        .cg = cg, .dir = -EBADF, .file = -EBADF, .journal = &journal
    };
    struct cgroup_writes narrowed = *writes;
    const char *left = NULL;
    bool stopped = false;
    struct err thawing;
    int rc;

    TRY(cgroup_devices_narrow(cg, &narrowed, &arena, e));
    TRY(stop_for(cg, &narrowed, &stopped, e));
    rc = update(&c, &narrowed, e);
    if (rc < 0)
        left = journal_restore(&journal, cg);
    if (left)
        tell_left(e, left);
    if (stopped && cgroup_freeze(cg, false, &thawing) < 0 && rc == 0) {
        *e = thawing;
        rc = -e->code;
    }
    return rc;
}

int cgroup_read(const struct cgroup *cg, unsigned hierarchy, const char *file, char *ret,
                size_t size)
{
    auto_fd dir = cg->dirs[hierarchy] ? cgroup_dir_open(cg->dirs[hierarchy]) : -ENOENT;

    return dir < 0 ? dir : cgroup_file_read(dir, file, ret, size);
}
