// SPDX-License-Identifier: Apache-2.0
/* spool.c - an archive's files on their way into the store. */
#include "lade/archive/spool.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "lade/layer/unpack.h"
#include "lade/layer/tar.h"

#include <errno.h>
#include <string.h>

enum {
    FILES_MAX = 100000,
    LINKS_MAX = 16, /* from one name to the next */
    PIECE = 128 << 10,
};

/* Of one file; only a disk is larger. */
static const uint64_t SIZE_MAX_OF_FILE = UINT64_C(1) << 50;

struct spool {
    struct arena arena;
    struct store *store;
    struct spool_file *files; /* malloc'd; later ones of a name count */
    size_t count, room;
};

/* Lexical: in an archive there is nothing that a ".." could lead to otherwise. base: the name of
 * the link that path stands in, or NULL. NULL when it leads out of the archive. */
static char *clean_name(struct arena *arena, const char *base, const char *path)
{
    const char *slash = base ? strrchr(base, '/') : NULL;
    size_t base_len = slash ? (size_t)(slash - base) : 0;
    char *name = arena_alloc(arena, base_len + strlen(path) + 3, 1), *to;

    if (!name || path[0] == '/')
        return NULL;
    if (base_len)
        memcpy(name, base, base_len);
    to = name + base_len;
    while (*path) {
        size_t n = strcspn(path, "/");

        if (n == 2 && memcmp(path, "..", 2) == 0) {
            if (to == name)
                return NULL;
            while (to > name && *--to != '/')
                ;
        } else if (n && !(n == 1 && *path == '.')) {
            if (to > name)
                *to++ = '/';
            memcpy(to, path, n);
            to += n;
        }
        path += n + (path[n] == '/');
    }
    *to = '\0';
    return name;
}

static int no_memory(struct err *e)
{
    return err_os(e, ENOMEM, "read archive");
}

static int add_file(struct spool *p, const struct spool_file *f, struct err *e)
{
    if (p->count == FILES_MAX)
        return err_set(e, ERR_INVALID, "the archive has more than %d files", FILES_MAX);
    if (p->count == p->room) {
        size_t room = p->room ? p->room * 2 : 64;
        struct spool_file *bigger = realloc(p->files, room * sizeof *bigger);

        if (!bigger)
            return no_memory(e);
        p->files = bigger;
        p->room = room;
    }
    p->files[p->count++] = *f;
    return 0;
}

static int read_content(struct tar *t, struct ingest *in, struct err *e)
{
    auto_free char *piece = malloc(PIECE);
    ssize_t n;

    if (!piece)
        return no_memory(e);
    while ((n = tar_read(t, piece, PIECE, e)) > 0)
        TRY(ingest_add(in, piece, (size_t)n, e));
    return (int)n;
}

static int read_file(struct spool *p, struct tar *t, struct spool_file *f, struct err *e)
{
    auto_ingest *in = NULL;

    TRY(ingest_begin_unnamed(p->store, SIZE_MAX_OF_FILE, &in, e));
    TRY(read_content(t, in, e));
    ingest_seal(in, &f->digest, &f->size);
    f->content = in;
    TRY(add_file(p, f, e));
    in = NULL;
    return 0;
}

static int read_entry(struct spool *p, struct tar *t, const struct tar_entry *entry, struct err *e)
{
    struct spool_file f = { .name = clean_name(&p->arena, NULL, entry->path) };

    if (!f.name)
        return err_set(e, ERR_INVALID, "the archive's entry '%.*s' leads out of it", 200,
                       entry->path);
    switch (entry->type) {
    case TAR_FILE:
        return read_file(p, t, &f, e);
    case TAR_HARDLINK:
    case TAR_SYMLINK:
        f.link = arena_strdup(&p->arena, entry->link);
        f.hard = entry->type == TAR_HARDLINK;
        return f.link ? add_file(p, &f, e) : no_memory(e);
    default:
        return 0; /* directories; nothing else has a place in an archive of images */
    }
}

int spool_read(struct store *s, const struct byte_source *from, struct spool **ret, struct err *e)
{
    auto_spool *p = calloc(1, sizeof *p);
    auto_inflate *inflate = NULL;
    auto_tar *t = NULL;
    const struct tar_entry *entry;
    struct byte_source plain;
    int rc;

    if (!p)
        return no_memory(e);
    p->store = s;
    TRY(inflate_new(from, 0, unpack_limits_default.window, &inflate, e));
    plain = inflate_source(inflate);
    TRY(tar_new(&plain, &t, e));
    while ((rc = tar_next(t, &entry, e)) > 0)
        TRY(read_entry(p, t, entry, e));
    TRY(rc);
    *ret = take_ptr(p);
    return 0;
}

void spool_freep(struct spool **at)
{
    struct spool *p = *at;

    if (!p)
        return;
    for (size_t i = 0; i < p->count; i++)
        ingest_freep(&p->files[i].content);
    arena_done(&p->arena);
    free(p->files);
    free(p);
    *at = NULL;
}

/* The last of a name, as extracting the archive would leave it. */
static struct spool_file *find_name(struct spool *p, const char *name)
{
    for (size_t i = p->count; i-- > 0;)
        if (strcmp(p->files[i].name, name) == 0)
            return &p->files[i];
    return NULL;
}

struct spool_file *spool_find(struct spool *p, const char *name)
{
    char *clean = clean_name(&p->arena, NULL, name);

    for (int i = 0; clean && i < LINKS_MAX; i++) {
        struct spool_file *f = find_name(p, clean);

        if (!f || !f->link)
            return f;
        /* A hard link names from the archive's root, a symbolic one from where it stands. */
        clean = clean_name(&p->arena, f->hard ? NULL : f->name, f->link);
    }
    return NULL;
}

int spool_open(const struct spool_file *f, struct err *e)
{
    return f->kept ? store_open_blob(f->kept, &f->digest, NULL, e) : ingest_open(f->content, e);
}

int spool_text(const struct spool_file *f, const char *what, char **ret, size_t *ret_len,
               struct err *e)
{
    auto_fd fd = -EBADF;

    if (f->size > DOCUMENT_MAX)
        return err_set(e, ERR_INVALID, "%s is larger than %d bytes", what, DOCUMENT_MAX);
    fd = spool_open(f, e);
    TRY(fd);
    if (file_read_fd(fd, DOCUMENT_MAX, ret, ret_len, e) < 0)
        return err_wrap(e, "%s", what);
    return 0;
}

int spool_keep(struct spool *p, struct spool_file *f, struct err *e)
{
    if (f->kept)
        return 0;
    TRY(ingest_end(f->content, NULL, NULL, e));
    f->kept = p->store;
    return 0;
}
