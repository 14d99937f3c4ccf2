// SPDX-License-Identifier: Apache-2.0
/* changes.c - what a directory holds, or what is different in it. */
#include "lade/layer/changes.h"

#include "base/cleanup.h"
#include "lade/layer/beneath.h"
#include "lade/layer/changes_compare.h"
#include "lade/layer/whiteout.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>

enum { DEPTH_MAX = 1024, PATH_SIZE = 4096, OPEN_DIR = O_RDONLY | O_DIRECTORY | O_NOFOLLOW };

/* A directory on the way, which is told about when something in it is. */
struct level {
    struct level *up;
    struct change change;
    struct stat st;
    size_t path_len; /* of the path's begin that is its own */
    bool told;
    bool whole; /* what is not in it has gone */
};

struct changes {
    const struct changes_source *source;
    change_visitor *visit;
    void *user;
    int depth;
    char path[PATH_SIZE];
    size_t path_len;
};

static int walk_dir(struct changes *c, struct level *level, int dir, int lower, struct err *e);

static int tell_ways(struct changes *c, struct level *level, struct err *e)
{
    char *end, saved;
    int rc;

    if (!level || level->told)
        return 0;
    TRY(tell_ways(c, level->up, e));
    level->told = true;
    end = c->path + level->path_len;
    saved = *end;
    *end = '\0';
    rc = c->visit(c->user, &level->change, e);
    *end = saved;
    return rc;
}

static int tell(struct changes *c, struct level *in, const struct change *change, struct err *e)
{
    TRY(tell_ways(c, in, e));
    return c->visit(c->user, change, e);
}

/* The path gets one more component, until pop() with what is returned. */
static int push(struct changes *c, const char *name, size_t *ret_before, struct err *e)
{
    size_t len = strlen(name), at = c->path_len;

    if (at + len + 2 > sizeof c->path)
        return err_set(e, ERR_UNSUPPORTED, "path '%.60s...' is too long", c->path);
    *ret_before = at;
    if (at > 0)
        c->path[at++] = '/';
    memcpy(c->path + at, name, len + 1);
    c->path_len = at + len;
    return 0;
}

static void pop(struct changes *c, size_t before)
{
    c->path_len = before;
    c->path[before] = '\0';
}

static int tell_deleted(struct changes *c, struct level *in, int dir, const char *name,
                        struct err *e)
{
    struct change change = { .kind = CHANGE_DELETED, .path = c->path, .dir = dir, .name = name };
    size_t before = 0;
    int rc;

    TRY(push(c, name, &before, e));
    rc = tell(c, in, &change, e);
    pop(c, before);
    return rc;
}

/* The value may be "x" for a mark that says less. */
static bool is_marked(const struct changes *c, int dir, const char *name, const char *mark)
{
    static const char *const prefixes[] = { "trusted.overlay.", "user.overlay." };
    char path[40 + 256], xattr[64], value[1];

    if (c->source->form != CHANGES_OVERLAY)
        return false;
    snprintf(path, sizeof path, "/proc/self/fd/%d/%s", dir, name);
    for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
        ssize_t n;

        snprintf(xattr, sizeof xattr, "%s%s", prefixes[i], mark);
        n = lgetxattr(path, xattr, value, sizeof value);
        if ((n >= 0 && !(n == 1 && value[0] == 'x')) || (n < 0 && errno == ERANGE))
            return true;
    }
    return false;
}

/* lower: the directory that holds one of the same name before, or -EBADF. */
static int enter(struct changes *c, struct level *level, int dir, const char *name, int lower,
                 struct err *e)
{
    auto_fd fd = openat(dir, name, OPEN_DIR | O_CLOEXEC);
    auto_fd below = lower < 0 ? -EBADF : openat(lower, name, OPEN_DIR | O_CLOEXEC);
    struct change opaque = { .kind = CHANGE_OPAQUE, .path = c->path, .dir = fd, .name = "." };
    int rc;

    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR || errno == ELOOP
                   ? 0
                   : err_os(e, errno, "open '%s'", c->path);
    if (++c->depth > DEPTH_MAX)
        return err_set(e, ERR_UNSUPPORTED, "'%.60s...' is nested too deeply", c->path);
    if (is_marked(c, fd, ".", "opaque")) {
        level->whole = true;
        if (c->source->lower < 0)
            TRY(tell(c, level, &opaque, e));
    }
    rc = walk_dir(c, level, fd, below, e);
    c->depth--;
    return rc;
}

/* How the name differs from what was there. */
static int compare(struct changes *c, const struct change *change, int lower, enum change_kind *ret,
                   struct err *e)
{
    struct stat st;
    int rc;

    *ret = CHANGE_ADDED;
    if (lower < 0 || fstatat(lower, change->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return 0;
    rc = compare_names(change->dir, change->st, lower, &st, change->name, e);
    if (rc < 0)
        return err_wrap(e, "compare '%s'", c->path);
    *ret = rc ? CHANGE_PASSED : CHANGE_MODIFIED;
    return 0;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A directory is only known to be empty when all in it was looked at: what is in it counts for
 * itself. */
static bool is_place(const struct changes *c, const struct level *level)
{
    const struct changes_source *s = c->source;
    const char *path = c->path;

    return level->change.kind == CHANGE_ADDED && s->place_count &&
           (S_ISDIR(level->st.st_mode) || level->st.st_size == 0) &&
           bsearch(&path, s->places, s->place_count, sizeof *s->places, by_bytes);
}

/* Names that stand for what is elsewhere can't be told from here. */
static int refuse_marks(const struct changes *c, int dir, const char *name, struct err *e)
{
    if (is_marked(c, dir, name, "redirect") || is_marked(c, dir, name, "metacopy"))
        return err_set(e, ERR_UNSUPPORTED, "'%s' is only a note of overlayfs about another file",
                       c->path);
    return 0;
}

static int tell_one(struct changes *c, struct level *in, const struct change *change, int lower,
                    struct err *e)
{
    struct level level = {
        .up = in, .change = *change, .st = *change->st, .path_len = c->path_len
    };

    level.change.st = &level.st;
    level.whole = in ? in->whole : c->source->form == CHANGES_TREE;
    TRY(refuse_marks(c, change->dir, change->name, e));
    TRY(compare(c, change, lower, &level.change.kind, e));
    if (level.change.kind != CHANGE_PASSED && !is_place(c, &level))
        TRY(tell_ways(c, &level, e));
    if (!S_ISDIR(change->st->st_mode))
        return 0;
    return enter(c, &level, change->dir, change->name, lower, e);
}

/* A whiteout hides nothing where nothing was. */
static int tell_whiteout(struct changes *c, struct level *in, int dir, const char *name, int lower,
                         struct err *e)
{
    struct stat st;
    bool known = c->source->lower >= 0;

    if (known && (lower < 0 || fstatat(lower, name, &st, AT_SYMLINK_NOFOLLOW) < 0))
        return 0;
    return tell_deleted(c, in, dir, name, e);
}

static int visit_name(struct changes *c, struct level *in, int dir, const char *name, int lower,
                      struct err *e)
{
    struct change change = { .path = c->path, .dir = dir, .name = name };
    struct stat st;
    size_t before = 0;
    int rc;

    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : err_os(e, errno, "look at '%s/%s'", c->path, name);
    if (c->source->form == CHANGES_OVERLAY && whiteout_is(&st))
        return tell_whiteout(c, in, dir, name, lower, e);
    change.st = &st;
    TRY(push(c, name, &before, e));
    rc = tell_one(c, in, &change, lower, e);
    pop(c, before);
    return rc;
}

static int tell_missing(struct changes *c, struct level *level, const struct names *here, int lower,
                        struct err *e)
{
    cleanup(names_done) struct names before = { 0 };

    TRY(names_read(lower, &before, e));
    for (size_t i = 0; i < before.count; i++)
        if (!names_have(here, before.items[i]))
            TRY(tell_deleted(c, level, lower, before.items[i], e));
    return 0;
}

static int walk_dir(struct changes *c, struct level *level, int dir, int lower, struct err *e)
{
    cleanup(names_done) struct names here = { 0 };

    TRY(names_read(dir, &here, e));
    if (level->whole && lower >= 0)
        TRY(tell_missing(c, level, &here, lower, e));
    for (size_t i = 0; i < here.count; i++)
        TRY(visit_name(c, level, dir, here.items[i], lower, e));
    return 0;
}

int changes_walk(const struct changes_source *s, change_visitor *visit, void *user, struct err *e)
{
    struct changes c = { .source = s, .visit = visit, .user = user };
    struct change root = { .path = c.path, .dir = s->root, .name = "." };
    struct stat st;

    if (fstat(s->root, &st) < 0)
        return err_os(e, errno, "look at the root");
    root.st = &st;
    return tell_one(&c, NULL, &root, s->lower, e);
}
