// SPDX-License-Identifier: Apache-2.0
/* loading.c - taking documents and blobs over, bottom up. */
#include "lade/archive/loading.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "lade/check/check.h"
#include "lade/document/image_config.h"
#include "lade/document/index.h"
#include "lade/document/manifest.h"
#include "lade/name/reference.h"
#include "lade/stream/fd_source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { PIECE = 128 << 10 };

/* Where an archive has the blob; only its own digest counts, the name is a place to look. */
static struct spool_file *find_blob(struct loading *x, const struct digest *digest)
{
    char name[DIGEST_TEXT_SIZE + 8];
    struct spool_file *f;

    if (!x->spool)
        return NULL;
    snprintf(name, sizeof name, "blobs/%s", digest->text);
    *strchr(name, ':') = '/';
    f = spool_find(x->spool, name);
    return f && f->content ? f : NULL;
}

bool loading_has(struct loading *x, const struct digest *digest)
{
    return find_blob(x, digest) || (x->layout && store_has(x->layout, digest)) ||
           store_has(x->store, digest);
}

int loading_read(struct loading *x, const struct descriptor *d, const char *what, char **ret,
                 size_t *ret_len, struct err *e)
{
    struct spool_file *f = find_blob(x, &d->digest);
    auto_free char *text = NULL;

    if (x->layout && store_has(x->layout, &d->digest))
        return store_read(x->layout, d, what, ret, ret_len, e);
    if (!f)
        return store_read(x->store, d, what, ret, ret_len, e);
    TRY(spool_text(f, what, &text, ret_len, e));
    TRY(descriptor_verify(d, text, *ret_len, what, e));
    *ret = take_ptr(text);
    return 0;
}

static int check_layer(int fd, const struct digest *digest, const struct digest *diff_id,
                       struct err *e)
{
    struct byte_source from = fd_source(&fd);

    if (fd < 0)
        return fd;
    if (digest_equal(digest, diff_id)) /* not compressed: it is the same hash */
        return 0;
    if (check_diff_id(&from, diff_id, e) < 0)
        return err_wrap(e, "layer %s", digest->text);
    return 0;
}

int loading_check_file(const struct spool_file *f, const struct digest *diff_id, struct err *e)
{
    auto_fd fd = spool_open(f, e);

    return check_layer(fd, &f->digest, diff_id, e);
}

static int take_file(struct loading *x, struct spool_file *f, const struct descriptor *d,
                     const struct digest *diff_id, struct err *e)
{
    if (f->size != d->size || !digest_equal(&f->digest, &d->digest))
        return err_set(e, ERR_INVALID, "the archive's '%s' is not the blob that it is named after",
                       f->name);
    if (diff_id)
        TRY(loading_check_file(f, diff_id, e));
    if (store_has(x->store, &d->digest))
        return 0;
    return spool_keep(x->spool, f, e);
}

static int copy(int fd, struct ingest *in, uint64_t have, struct err *e)
{
    auto_free char *piece = malloc(PIECE);
    ssize_t n;

    if (!piece)
        return err_os(e, ENOMEM, "copy a blob");
    while ((n = pread(fd, piece, PIECE, (off_t)have)) > 0) {
        TRY(ingest_add(in, piece, (size_t)n, e));
        have += (uint64_t)n;
    }
    return n < 0 ? err_os(e, errno, "copy a blob") : 0;
}

static int take_from_layout(struct loading *x, const struct descriptor *d,
                            const struct digest *diff_id, struct err *e)
{
    auto_fd fd = store_open_blob(x->layout, &d->digest, NULL, e);
    auto_ingest *in = NULL;
    uint64_t have;
    int rc;

    TRY(fd);
    if (diff_id)
        TRY(check_layer(fd, &d->digest, diff_id, e));
    rc = ingest_begin(x->store, &d->digest, d->size, &in, &have, e);
    TRY(rc);
    if (rc > 0)
        return 0;
    TRY(copy(fd, in, have, e));
    return ingest_end(in, NULL, NULL, e);
}

int loading_take(struct loading *x, const struct descriptor *d, const struct digest *diff_id,
                 struct err *e)
{
    struct spool_file *f = find_blob(x, &d->digest);

    if (f)
        return take_file(x, f, d, diff_id, e);
    if (x->layout && store_has(x->layout, &d->digest))
        return take_from_layout(x, d, diff_id, e);
    if (!store_has(x->store, &d->digest))
        return err_set(e, ERR_INVALID, "blob %s is missing", d->digest.text);
    if (diff_id) { /* it was here before, for another image */
        auto_fd fd = store_open_blob(x->store, &d->digest, NULL, e);

        TRY(check_layer(fd, &d->digest, diff_id, e));
    }
    return 0;
}

static int take_manifest(struct loading *x, const struct descriptor *d, struct err *e)
{
    cleanup(manifest_freep) struct manifest *m = NULL;
    cleanup(image_config_freep) struct image_config *config = NULL;
    auto_free char *text = NULL, *config_text = NULL;
    size_t len;

    TRY(loading_read(x, d, "manifest", &text, &len, e));
    TRY(manifest_parse(text, len, d->media_type, &m, e));
    if (!manifest_artifact_type(m)) {
        TRY(loading_read(x, &m->config, "image config", &config_text, &len, e));
        TRY(image_config_parse(config_text, len, &config, e));
        if (config->diff_id_count != m->layer_count)
            return err_set(e, ERR_INVALID, "image %s has %zu layers and %zu diff_ids",
                           d->digest.text, m->layer_count, config->diff_id_count);
    }
    TRY(loading_take(x, &m->config, NULL, e));
    for (size_t i = 0; i < m->layer_count; i++)
        TRY(loading_take(x, &m->layers[i], config ? &config->diff_ids[i] : NULL, e));
    return loading_take(x, d, NULL, e);
}

static int take_document(struct loading *x, const struct descriptor *d, unsigned depth,
                         struct err *e);

/* Other platforms' images need not be there; one must be. */
static int take_index(struct loading *x, const struct descriptor *d, unsigned depth, struct err *e)
{
    cleanup(index_freep) struct index *index = NULL;
    auto_free char *text = NULL;
    size_t len, taken = 0;

    if (depth >= INDEX_DEPTH_MAX)
        return err_set(e, ERR_INVALID, "index %s: nested more than %d deep", d->digest.text,
                       INDEX_DEPTH_MAX);
    TRY(loading_read(x, d, "index", &text, &len, e));
    TRY(index_parse(text, len, d->media_type, &index, e));
    for (size_t i = 0; i < index->count; i++) {
        if (!loading_has(x, &index->manifests[i].digest))
            continue;
        TRY(take_document(x, &index->manifests[i], depth + 1, e));
        taken++;
    }
    if (index->count && !taken)
        return err_set(e, ERR_INVALID, "index %s: none of its images is there", d->digest.text);
    return loading_take(x, d, NULL, e);
}

static int take_document(struct loading *x, const struct descriptor *d, unsigned depth,
                         struct err *e)
{
    enum media_kind kind = media_type_find(d->media_type)->kind;

    if (kind == MEDIA_INDEX)
        return take_index(x, d, depth, e);
    if (kind == MEDIA_MANIFEST)
        return take_manifest(x, d, e);
    return loading_take(x, d, NULL, e);
}

int loading_take_all(struct loading *x, const struct descriptor *d, struct err *e)
{
    return take_document(x, d, 0, e);
}

/* A tag alone, as layouts have it, stays what it is: there is no repository to go with it. */
static int choose_name(const char *text, char ret[REFERENCE_TEXT_SIZE], struct err *e)
{
    struct reference r;

    if (!strpbrk(text, ":/")) {
        snprintf(ret, REFERENCE_TEXT_SIZE, "%s", text);
        return 0;
    }
    TRY(reference_parse(text, &r, e));
    reference_format(&r, ret);
    return 0;
}

int loading_name(struct loading *x, const struct descriptor *d, const char *text, struct err *e)
{
    const struct load_options *o = x->options;
    char name[REFERENCE_TEXT_SIZE];

    if (o->name && x->images)
        return err_set(e, ERR_INVALID, "'%s' can't be the name of several images", o->name);
    if (o->name)
        text = o->name;
    if (text)
        TRY(choose_name(text, name, e));
    TRY(store_name(x->store, d, text ? name : NULL, o->mode, e));
    x->images++;
    o->loaded(o->user, text ? name : NULL, &d->digest);
    return 0;
}
