// SPDX-License-Identifier: Apache-2.0
/* pack_entry.c - one change after the other, as entries of an archive. */
#include "lade/layer/pack_entry.h"

#include "base/cleanup.h"
#include "lade/layer/xattr.h"

#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <string.h>
#include <sys/sysmacros.h>

enum { BUFFER = 256 * 1024, TARGET_SIZE = 4097 };

struct pack_link {
    dev_t dev;
    ino_t ino;
    char path[];
};

static int by_inode(const void *a, const void *b)
{
    const struct pack_link *x = a, *y = b;

    if (x->dev != y->dev)
        return x->dev < y->dev ? -1 : 1;
    return (x->ino > y->ino) - (x->ino < y->ino);
}

int pack_entry_init(struct pack_entry *p, struct err *e)
{
    p->buffer = malloc(BUFFER);
    if (!p->buffer)
        return err_os(e, ENOMEM, "pack a layer");
    return ids_reverse(&p->options->ids, &p->arena, &p->back, e);
}

void pack_entry_done(struct pack_entry *p)
{
    tdestroy(p->links, free);
    arena_done(&p->arena);
    free(p->buffer);
}

/* *ret: the path under which the file was written before; NULL: this is the first, which is
 * remembered. */
static int find_link(struct pack_entry *p, const struct change *c, const char **ret, struct err *e)
{
    size_t len = strlen(c->path) + 1;
    struct pack_link *link = malloc(sizeof *link + len), **found;

    if (!link)
        return err_os(e, ENOMEM, "pack a layer");
    *link = (struct pack_link){ .dev = c->st->st_dev, .ino = c->st->st_ino };
    memcpy(link->path, c->path, len);
    found = tsearch(link, &p->links, by_inode);
    *ret = found && *found != link ? (*found)->path : NULL;
    if (!found || *found != link)
        free(link);
    return found ? 0 : err_os(e, ENOMEM, "pack a layer");
}

/* The file has vanished before it was written. */
static void forget_link(struct pack_entry *p, const struct change *c)
{
    struct pack_link key = { .dev = c->st->st_dev, .ino = c->st->st_ino }, **found, *link;

    found = tfind(&key, &p->links, by_inode);
    link = found ? *found : NULL;
    tdelete(&key, &p->links, by_inode);
    free(link);
}

static int put_entry(struct pack_entry *p, const struct tar_entry *entry, struct err *e)
{
    p->result->entries++;
    return tar_write_entry(&p->writer, entry, e);
}

/* Exactly as many bytes as the header says. */
static int put_content(struct pack_entry *p, const struct change *c, int fd, uint64_t size,
                       struct err *e)
{
    while (size > 0) {
        ssize_t n = read(fd, p->buffer, size < BUFFER ? (size_t)size : BUFFER);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_os(e, errno, "read '%.*s'", 200, c->path);
        if (n == 0)
            return err_set(e, ERR_BUSY, "'%.*s' became shorter while it was read", 200, c->path);
        TRY(tar_write_content(&p->writer, p->buffer, (size_t)n, e));
        size -= (uint64_t)n;
    }
    return 0;
}

/* Only what was looked at is opened: a FIFO in its place would hang, a link would lead away. */
static int put_file(struct pack_entry *p, const struct change *c, struct tar_entry *entry,
                    struct err *e)
{
    auto_fd fd = openat(c->dir, c->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat st;

    if (fd < 0)
        return errno == ENOENT || errno == ELOOP ? 0
                                                 : err_os(e, errno, "open '%.*s'", 200, c->path);
    if (fstat(fd, &st) < 0)
        return err_os(e, errno, "look at '%.*s'", 200, c->path);
    if (st.st_dev != c->st->st_dev || st.st_ino != c->st->st_ino)
        return err_set(e, ERR_BUSY, "'%.*s' was replaced while it was read", 200, c->path);
    entry->size = (uint64_t)st.st_size;
    TRY(put_entry(p, entry, e));
    return put_content(p, c, fd, entry->size, e);
}

/* target: a buffer for entry->link. */
static int put_symlink(struct pack_entry *p, const struct change *c, struct tar_entry *entry,
                       struct err *e)
{
    char target[TARGET_SIZE];
    ssize_t n = readlinkat(c->dir, c->name, target, sizeof target - 1);

    if (n < 0)
        return errno == ENOENT ? 0 : err_os(e, errno, "read link '%.*s'", 200, c->path);
    target[n] = '\0';
    entry->link = target;
    return put_entry(p, entry, e);
}

static int put_kind(struct pack_entry *p, const struct change *c, struct tar_entry *entry,
                    struct err *e)
{
    switch (c->st->st_mode & S_IFMT) {
    case S_IFREG:
        entry->type = TAR_FILE;
        return put_file(p, c, entry, e);
    case S_IFLNK:
        entry->type = TAR_SYMLINK;
        return put_symlink(p, c, entry, e);
    case S_IFDIR:
        entry->type = TAR_DIRECTORY;
        return put_entry(p, entry, e);
    case S_IFIFO:
        entry->type = TAR_FIFO;
        return put_entry(p, entry, e);
    case S_IFSOCK: /* there is no such thing in an archive */
        p->result->sockets_left_out++;
        return 0;
    default:
        entry->type = S_ISCHR(c->st->st_mode) ? TAR_CHAR : TAR_BLOCK;
        entry->major = major(c->st->st_rdev);
        entry->minor = minor(c->st->st_rdev);
        return put_entry(p, entry, e);
    }
}

static int put_attributes(struct pack_entry *p, const struct change *c, struct tar_entry *entry,
                          struct err *e)
{
    cleanup(xattrs_done) struct xattrs xattrs = { 0 };

    TRY(xattrs_read(c->dir, c->name, &xattrs, e));
    TRY(xattrs_map(&xattrs, &p->back, e));
    entry->xattrs = xattrs.items;
    entry->xattr_count = xattrs.count;
    return put_kind(p, c, entry, e);
}

/* All that has several names but directories. */
static int put_linked(struct pack_entry *p, const struct change *c, struct tar_entry *entry,
                      struct err *e)
{
    uint64_t before = p->result->entries;

    TRY(find_link(p, c, &entry->link, e));
    if (entry->link) {
        entry->type = TAR_HARDLINK;
        return put_entry(p, entry, e);
    }
    entry->link = "";
    TRY(put_attributes(p, c, entry, e));
    if (p->result->entries == before)
        forget_link(p, c);
    return 0;
}

static int put_present(struct pack_entry *p, const struct change *c, const char *path,
                       struct err *e)
{
    const struct pack_options *o = p->options;
    struct tar_entry entry = {
        .path = path,
        .link = "",
        .mode = c->st->st_mode & 07777,
        .mtime = c->st->st_mtim,
    };
    uint32_t uid, gid;

    if (o->clamp && entry.mtime.tv_sec >= o->clamp_to)
        entry.mtime = (struct timespec){ .tv_sec = o->clamp_to };
    if (!ids_map_uid(&p->back, c->st->st_uid, &uid) || !ids_map_gid(&p->back, c->st->st_gid, &gid))
        return ids_refuse(&p->back, path, c->st->st_uid, c->st->st_gid, e);
    entry.uid = uid;
    entry.gid = gid;
    if (S_ISDIR(c->st->st_mode) || c->st->st_nlink == 1)
        return put_attributes(p, c, &entry, e);
    return put_linked(p, c, &entry, e);
}

/* An empty file with a name that says it. */
static int put_whiteout(struct pack_entry *p, const struct change *c, struct err *e)
{
    bool opaque = c->kind == CHANGE_OPAQUE;
    int dir_len = opaque ? (int)strlen(c->path) : (int)(strlen(c->path) - strlen(c->name));
    char path[TAR_PATH_MAX + 16];
    struct tar_entry entry = { .type = TAR_FILE, .path = path, .link = "" };

    snprintf(path, sizeof path, "%.*s%s%s", dir_len, c->path, opaque && dir_len ? "/" : "",
             opaque ? ".wh..wh..opq" : ".wh.");
    if (!opaque)
        strncat(path, c->name, sizeof path - strlen(path) - 1);
    return put_entry(p, &entry, e);
}

int pack_entry_visit(void *user, const struct change *c, struct err *e)
{
    struct pack_entry *p = user;
    char path[TAR_PATH_MAX + 2];

    if (c->kind == CHANGE_DELETED || c->kind == CHANGE_OPAQUE)
        return put_whiteout(p, c, e);
    if (c->kind == CHANGE_PASSED && !*c->path)
        return 0; /* a layer can do without the root */
    if (strncmp(c->name, ".wh.", 4) == 0)
        return err_set(e, ERR_UNSUPPORTED,
                       "'%.*s' can't be in a layer: its name would be a whiteout", 200, c->path);
    snprintf(path, sizeof path, "%s%s", *c->path ? c->path : ".",
             S_ISDIR(c->st->st_mode) ? "/" : "");
    return put_present(p, c, path, e);
}
