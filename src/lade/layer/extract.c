// SPDX-License-Identifier: Apache-2.0
/* extract.c - one entry of an archive after the other, put into the root. */
#include "lade/layer/extract.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "lade/layer/attributes.h"
#include "lade/layer/beneath.h"
#include "lade/layer/copy_up.h"
#include "lade/layer/whiteout.h"
#include "lade/layer/xattr.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

int extract_init(struct extract *x, const struct unpack_options *options,
                 const struct unpack_limits *limits, struct unpack_result *result, struct err *e)
{
    const char *opaque = options->user_xattrs ? "user.overlay.opaque" : "trusted.overlay.opaque";
    int lower = options->overlay ? options->lower : -EBADF;

    *x = (struct extract){ .options = options, .limits = limits, .result = result };
    x->buffer = malloc(EXTRACT_BUFFER);
    if (!x->buffer)
        return err_os(e, ENOMEM, "unpack a layer");
    TRY(made_init(&x->made, e));
    x->fresh = lower < 0 && beneath_is_empty(options->root);
    if (lower >= 0)
        TRY(copy_up_attributes(lower, options->root, e));
    return walk_init(&x->walk, options->root, lower, options->overlay ? opaque : NULL, e);
}

void extract_done(struct extract *x)
{
    walk_done(&x->walk);
    made_done(&x->made);
    free(x->buffer);
}

/* size bytes of content to the file's offset. */
static int write_piece(struct extract *x, struct tar *tar, const struct target *t, int fd,
                       uint64_t size, struct err *e)
{
    while (size > 0) {
        ssize_t n = tar_read(tar, x->buffer, size < EXTRACT_BUFFER ? size : EXTRACT_BUFFER, e);
        int rc;

        if (n <= 0)
            return n < 0 ? (int)n : err_set(e, ERR_INVALID, "the archive is damaged");
        rc = write_all(fd, x->buffer, (size_t)n);
        if (rc < 0)
            return err_os(e, rc, "write '%.*s'", 200, t->entry->path);
        size -= (uint64_t)n;
    }
    return 0;
}

static int write_content(struct extract *x, struct tar *tar, const struct target *t, int fd,
                         struct err *e)
{
    const struct tar_entry *entry = t->entry;

    if (!entry->sparse)
        return write_piece(x, tar, t, fd, entry->size, e);
    if (entry->size > x->limits->bytes)
        return err_set(e, ERR_INVALID, "'%.*s' has more than %llu bytes", 200, entry->path,
                       (unsigned long long)x->limits->bytes);
    for (size_t i = 0; i < entry->piece_count; i++) {
        if (lseek(fd, (off_t)entry->pieces[i].offset, SEEK_SET) < 0)
            return target_failed(t, "write", e);
        TRY(write_piece(x, tar, t, fd, entry->pieces[i].size, e));
    }
    return ftruncate(fd, (off_t)entry->size) < 0 ? target_failed(t, "write", e) : 0;
}

static int make_file(struct extract *x, struct tar *tar, const struct target *t, struct err *e)
{
    auto_fd fd =
        openat(t->dir, t->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd < 0)
        return target_failed(t, "create", e);
    TRY(write_content(x, tar, t, fd, e));
    return attributes_put(x, t, fd, e);
}

static int make_directory(struct extract *x, const struct target *t, enum room room, struct err *e)
{
    auto_fd fd = -EBADF;

    if (room != ROOM_DIRECTORY && mkdirat(t->dir, t->name, 0700) < 0)
        return target_failed(t, "create directory", e);
    fd = openat(t->dir, t->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return target_failed(t, "open", e);
    if (room == ROOM_DIRECTORY)
        TRY(xattr_clear(fd, e));
    if (room == ROOM_HIDING && fsetxattr(fd, x->walk.opaque_xattr, "y", 1, 0) < 0)
        return target_failed(t, "make opaque", e);
    return attributes_put(x, t, fd, e);
}

static int replaces_root(const struct tar_entry *entry, struct err *e)
{
    return err_set(e, ERR_INVALID, "an archive's entry '%.*s' would replace the root", 80,
                   entry->path);
}

/* Only a directory can be the root. */
static int put_root(struct extract *x, const struct tar_entry *entry, struct err *e)
{
    struct target t = { .entry = entry, .dir = x->options->root, .name = "." };

    if (entry->type != TAR_DIRECTORY)
        return replaces_root(entry, e);
    TRY(attributes_plan(x, &t, e));
    TRY(xattr_clear(t.dir, e));
    x->walk.dirs[0].time = entry->mtime;
    x->walk.dirs[0].mode = (int)t.mode;
    t.mode |= S_IRWXU; /* as long as we are in it */
    return attributes_put(x, &t, t.dir, e);
}

static int make_symlink(struct extract *x, const struct target *t, struct err *e)
{
    if (!t->entry->link[0])
        return err_set(e, ERR_INVALID, "link '%.*s' of an archive leads nowhere", 200,
                       t->entry->path);
    if (symlinkat(t->entry->link, t->dir, t->name) < 0)
        return target_failed(t, "create link", e);
    return attributes_put_by_name(x, t, e);
}

static int make_special(struct extract *x, const struct target *t, struct err *e)
{
    static const mode_t formats[] = {
        [TAR_CHAR] = S_IFCHR, [TAR_BLOCK] = S_IFBLK, [TAR_FIFO] = S_IFIFO
    };
    const struct tar_entry *entry = t->entry;

    if (entry->type != TAR_FIFO && x->options->no_devices) {
        x->result->devices_left_out++;
        return 0;
    }
    if (entry->major > UINT32_MAX || entry->minor > UINT32_MAX)
        return err_set(e, ERR_INVALID, "device '%.*s' of an archive has no such number", 200,
                       entry->path);
    if (x->options->overlay && entry->type == TAR_CHAR && !entry->major && !entry->minor)
        return err_set(e, ERR_INVALID, "device '%.*s' of an archive would be a whiteout", 200,
                       entry->path);
    if (mknodat(t->dir, t->name, formats[entry->type] | 0600,
                makedev((unsigned)entry->major, (unsigned)entry->minor)) < 0)
        return target_failed(t, "create device", e);
    return attributes_put_by_name(x, t, e);
}

static int link_failed(const struct tar_entry *entry, int code, struct err *e)
{
    return err_os(e, code, "link '%.*s' to '%.*s'", 150, entry->path, 150, entry->link);
}

/* The file is in a layer below only: it becomes this layer's as well, as it would with overlayfs.
 */
static int copy_up_target(struct walk *w, const struct tar_entry *entry, const char *name,
                          struct err *e)
{
    auto_fd lower = walk_open_lower(w, name);
    struct stat st;

    if (lower < 0)
        return link_failed(entry, lower, e);
    if (fstat(lower, &st) < 0)
        return link_failed(entry, errno, e);
    if (!S_ISREG(st.st_mode))
        return err_set(e, ERR_UNSUPPORTED,
                       "link '%.*s' to '%.*s' of a layer below, which is no regular file", 150,
                       entry->path, 150, entry->link);
    return copy_up_file(lower, walk_current(w)->fd, name, e);
}

/* Go to the target of a hard link, which is looked up from the root of the layer, never from
 * elsewhere. Returns an fd of its directory. */
static int find_target(struct extract *x, const struct tar_entry *entry, char ret_name[256],
                       struct stat *ret_st, struct err *e)
{
    auto_fd dir = -EBADF;

    TRY(walk_to(&x->walk, entry->link, ret_name, e));
    if (!ret_name[0])
        return err_set(e, ERR_INVALID, "'%.*s' of an archive is a link to the root", 200,
                       entry->path);
    dir = fcntl(walk_current(&x->walk)->fd, F_DUPFD_CLOEXEC, 0);
    if (dir < 0)
        return link_failed(entry, errno, e);
    if (fstatat(dir, ret_name, ret_st, AT_SYMLINK_NOFOLLOW) < 0) {
        if (errno != ENOENT || !x->options->overlay)
            return link_failed(entry, errno, e);
        TRY(copy_up_target(&x->walk, entry, ret_name, e));
        if (fstatat(dir, ret_name, ret_st, AT_SYMLINK_NOFOLLOW) < 0)
            return link_failed(entry, errno, e);
    }
    if (x->options->overlay && whiteout_is(ret_st))
        return link_failed(entry, ENOENT, e);
    if (S_ISDIR(ret_st->st_mode))
        return err_set(e, ERR_INVALID, "'%.*s' of an archive is a link to a directory", 200,
                       entry->path);
    return take_fd(&dir);
}

static bool is_same_file(int dir, const char *name, const struct stat *st)
{
    struct stat there;

    return fstatat(dir, name, &there, AT_SYMLINK_NOFOLLOW) == 0 && there.st_ino == st->st_ino &&
           there.st_dev == st->st_dev;
}

/* In the form of overlayfs the layer is alone in the root: all that is there is its own. */
static int note_made(struct extract *x, const char *name, struct err *e)
{
    return x->options->overlay ? 0 : made_add(&x->made, walk_current(&x->walk)->ino, name, e);
}

static int make_hardlink(struct extract *x, const struct tar_entry *entry, struct err *e)
{
    char from_name[256], name[256];
    struct stat st;
    auto_fd from = find_target(x, entry, from_name, &st, e);
    int dir, rc;

    if (from < 0)
        return from;
    TRY(walk_to(&x->walk, entry->path, name, e));
    if (!name[0])
        return replaces_root(entry, e);
    dir = walk_current(&x->walk)->fd;
    if (!is_same_file(dir, name, &st)) {
        rc = whiteout_make_room(x, name, false, e);
        if (rc < 0)
            return rc;
        if (linkat(from, from_name, dir, name, 0) < 0)
            return link_failed(entry, errno, e);
    }
    return note_made(x, name, e);
}

static int make(struct extract *x, struct tar *tar, const struct target *t, struct err *e)
{
    int room = whiteout_make_room(x, t->name, t->entry->type == TAR_DIRECTORY, e);

    if (room < 0)
        return room;
    switch (t->entry->type) {
    case TAR_FILE:
        return make_file(x, tar, t, e);
    case TAR_DIRECTORY:
        return make_directory(x, t, (enum room)room, e);
    case TAR_SYMLINK:
        return make_symlink(x, t, e);
    default:
        return make_special(x, t, e);
    }
}

int extract_entry(struct extract *x, struct tar *tar, const struct tar_entry *entry, struct err *e)
{
    struct target t = { .entry = entry };
    char name[256];
    int rc;

    x->walk.entry_time = entry->mtime;
    if (x->fresh)
        x->walk.dirs[0].time = entry->mtime;
    x->fresh = false;
    TRY(walk_to(&x->walk, entry->path, name, e));
    if (!name[0])
        return put_root(x, entry, e);
    rc = whiteout_apply(x, name, e);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    if (entry->type == TAR_HARDLINK)
        return make_hardlink(x, entry, e);
    t.dir = walk_current(&x->walk)->fd;
    t.name = name;
    TRY(attributes_plan(x, &t, e));
    TRY(make(x, tar, &t, e));
    return note_made(x, name, e);
}

int extract_finish(struct extract *x, struct err *e)
{
    TRY(whiteout_finish(x, e));
    return walk_finish(&x->walk, e);
}
