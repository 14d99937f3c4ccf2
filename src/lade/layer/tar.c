// SPDX-License-Identifier: Apache-2.0
/* tar.c - the entries of a tar archive, whatever wrote it. */
#include "lade/layer/tar.h"

#include "base/cleanup.h"
#include "lade/layer/tar_header.h"
#include "lade/layer/tar_pax.h"
#include "lade/layer/tar_sparse.h"
#include "lade/layer/tar_stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct tar {
    struct tar_stream stream;
    struct tar_entry entry;
    struct tar_header header;
    struct tar_pax pax;
    char *pax_text;              /* what pax points into */
    char *long_name, *long_link; /* GNU's; NULL: none */
    uint64_t content;            /* bytes of the current entry that were not given out yet */
    uint64_t unread;             /* and with the padding: what lies before the next header */
};

int tar_new(const struct byte_source *from, struct tar **ret, struct err *e)
{
    struct tar *t = calloc(1, sizeof *t);

    if (!t)
        return err_os(e, ENOMEM, "read an archive");
    t->stream.from = *from;
    *ret = t;
    return 0;
}

/* What belongs to one entry only. */
static void forget(struct tar *t)
{
    tar_pax_done(&t->pax);
    free(t->pax_text);
    free(t->long_name);
    free(t->long_link);
    t->pax_text = t->long_name = t->long_link = NULL;
}

void tar_freep(struct tar **t)
{
    if (*t)
        forget(*t);
    free(*t);
    *t = NULL;
}

/* The content of an entry that speaks of the next one; malloc'd, NUL-terminated. */
static int read_extra(struct tar *t, size_t limit, const char *what, char **ret, struct err *e)
{
    uint64_t size = t->header.size;
    auto_free char *text = NULL;
    int rc;

    if (size > limit)
        return err_set(e, ERR_INVALID, "%s of an archive is longer than %zu bytes", what, limit);
    text = malloc(size + 1);
    if (!text)
        return err_os(e, ENOMEM, "read an archive");
    rc = tar_take_all(&t->stream, text, size, e);
    if (rc <= 0 && size > 0)
        return rc < 0 ? rc : tar_damaged(e, "it ends early");
    TRY(tar_skip(&t->stream, tar_padded(size) - size, e));
    text[size] = '\0';
    free(*ret);
    *ret = text;
    text = NULL;
    return 0;
}

static int read_pax(struct tar *t, struct err *e)
{
    tar_pax_done(&t->pax);
    TRY(read_extra(t, TAR_PAX_MAX, "an extended header", &t->pax_text, e));
    return tar_pax_parse(t->pax_text, t->header.size, &t->pax, e);
}

/* Entries that are none: 1 when this was one. */
static int read_extension(struct tar *t, struct err *e)
{
    switch (t->header.flag) {
    case TAR_FLAG_PAX:
    case TAR_FLAG_PAX_SUN:
        TRY(read_pax(t, e));
        return 1;
    case TAR_FLAG_GNU_NAME:
        TRY(read_extra(t, TAR_PATH_MAX + 1, "a path", &t->long_name, e));
        return 1;
    case TAR_FLAG_GNU_LINK:
        TRY(read_extra(t, TAR_PATH_MAX + 1, "a link's target", &t->long_link, e));
        return 1;
    case TAR_FLAG_PAX_GLOBAL: /* comments of git and the like: nothing that is ours to follow */
    case TAR_FLAG_GNU_LABEL:
        if (t->header.size > TAR_PAX_MAX)
            return err_set(e, ERR_INVALID, "a global header of an archive is longer than %d bytes",
                           TAR_PAX_MAX);
        TRY(tar_skip(&t->stream, tar_padded(t->header.size), e));
        return 1;
    default:
        return 0;
    }
}

static int type_of(const struct tar *t, enum tar_type *ret, struct err *e)
{
    size_t len = strlen(t->entry.path);

    switch (t->header.flag) {
    case TAR_FLAG_FILE: /* the oldest archives know directories by their names only */
        *ret = len > 0 && t->entry.path[len - 1] == '/' ? TAR_DIRECTORY : TAR_FILE;
        return 0;
    case TAR_FLAG_CONTIGUOUS:
    case TAR_FLAG_GNU_SPARSE:
        *ret = TAR_FILE;
        return 0;
    case TAR_FLAG_HARDLINK:
        *ret = TAR_HARDLINK;
        return 0;
    case TAR_FLAG_SYMLINK:
        *ret = TAR_SYMLINK;
        return 0;
    case TAR_FLAG_CHAR:
        *ret = TAR_CHAR;
        return 0;
    case TAR_FLAG_BLOCK:
        *ret = TAR_BLOCK;
        return 0;
    case TAR_FLAG_DIRECTORY:
        *ret = TAR_DIRECTORY;
        return 0;
    case TAR_FLAG_FIFO:
        *ret = TAR_FIFO;
        return 0;
    default:
        return err_set(e, ERR_UNSUPPORTED, "an archive has an entry of unknown type '%c': '%.*s'",
                       t->header.flag >= ' ' && t->header.flag < 127 ? t->header.flag : '?', 80,
                       t->entry.path);
    }
}

static const char *first_of(const char *a, const char *b, const char *c)
{
    return a ? a : b ? b : c;
}

/* What the extensions say counts more than the header, which had no room for it. */
static int fill_entry(struct tar *t, struct err *e)
{
    const struct tar_header *h = &t->header;
    const struct tar_pax *p = &t->pax;

    t->entry = (struct tar_entry){
        .path = first_of(p->sparse_name ? p->sparse_name : p->path, t->long_name, h->name),
        .link = first_of(p->link, t->long_link, h->link),
        .mode = h->mode,
        .uid = p->has_uid ? p->uid : h->uid,
        .gid = p->has_gid ? p->gid : h->gid,
        .mtime = p->has_mtime ? p->mtime : (struct timespec){ .tv_sec = h->mtime },
        .major = h->major,
        .minor = h->minor,
        .xattrs = p->xattrs,
        .xattr_count = p->xattr_count,
    };
    if (strlen(t->entry.path) > TAR_PATH_MAX || strlen(t->entry.link) > TAR_PATH_MAX)
        return err_set(e, ERR_INVALID, "a path of an archive is longer than %d bytes",
                       TAR_PATH_MAX);
    return type_of(t, &t->entry.type, e);
}

/* A map at the begin of the content is not part of the file. */
static int read_map(struct tar *t, struct err *e)
{
    uint64_t used;

    TRY(tar_sparse_map(&t->stream, t->content, &t->pax, &used, e));
    t->content -= used;
    t->unread -= used;
    return 0;
}

static int begin_content(struct tar *t, const uint8_t *header, struct err *e)
{
    bool gnu = t->header.flag == TAR_FLAG_GNU_SPARSE;

    t->content = t->pax.has_size ? t->pax.size : t->header.size;
    /* Some writers give a link the size of what it leads to. */
    if (t->entry.type != TAR_FILE)
        t->content = 0;
    if (t->content > INT64_MAX - TAR_BLOCK_SIZE)
        return tar_damaged(e, "a size is too large");
    t->unread = tar_padded(t->content);
    if (gnu)
        TRY(tar_sparse_gnu(&t->stream, header, &t->pax, e));
    if (t->pax.sparse_in_content && t->entry.type == TAR_FILE)
        TRY(read_map(t, e));
    t->entry.size = t->content;
    if (!t->pax.sparse && !t->pax.sparse_in_content)
        return 0;
    TRY(tar_sparse_check(&t->pax, t->content, e));
    t->entry.sparse = true;
    t->entry.size = t->pax.real_size;
    t->entry.pieces = t->pax.pieces;
    t->entry.piece_count = t->pax.piece_count;
    return 0;
}

/* The stream may also just stop, as some writers leave the end out. */
static int read_header(struct tar *t, uint8_t *block, struct err *e)
{
    int rc = tar_take_all(&t->stream, block, TAR_BLOCK_SIZE, e);

    if (rc <= 0)
        return rc;
    if (tar_block_is_zero(block))
        return 0;
    TRY(tar_header_parse(block, &t->header, e));
    return 1;
}

/* What is left of the entry. 0 when the archive ends behind the last byte of the content, without
 * what fills the block: some writers leave that out. */
static int skip_rest(struct tar *t, struct err *e)
{
    uint64_t padding = t->unread - t->content;
    uint8_t block[TAR_BLOCK_SIZE];
    int rc = 1;

    TRY(tar_skip(&t->stream, t->content, e));
    if (padding)
        rc = tar_take_all(&t->stream, block, (size_t)padding, e);
    t->unread = t->content = 0;
    return rc;
}

int tar_next(struct tar *t, const struct tar_entry **ret, struct err *e)
{
    uint8_t block[TAR_BLOCK_SIZE];
    bool announced = false;
    int rc;

    rc = skip_rest(t, e);
    if (rc <= 0)
        return rc;
    forget(t);
    for (;;) {
        rc = read_header(t, block, e);
        if (rc < 0)
            return rc;
        if (rc == 0)
            return announced ? tar_damaged(e, "an extended header has no entry") : 0;
        rc = read_extension(t, e);
        if (rc < 0)
            return rc;
        if (rc == 0)
            break;
        announced = true;
    }
    TRY(fill_entry(t, e));
    TRY(begin_content(t, block, e));
    *ret = &t->entry;
    return 1;
}

ssize_t tar_read(struct tar *t, void *buf, size_t size, struct err *e)
{
    ssize_t n;

    if (size > t->content)
        size = (size_t)t->content;
    if (size == 0)
        return 0;
    n = tar_take(&t->stream, buf, size, e);
    if (n == 0)
        return tar_damaged(e, "it ends early");
    if (n > 0) {
        t->content -= (uint64_t)n;
        t->unread -= (uint64_t)n;
    }
    return n;
}
