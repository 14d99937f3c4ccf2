// SPDX-License-Identifier: Apache-2.0
/* tree.c - growing the tree of an image's documents. */
#include "lade/transfer/tree.h"

#include "base/cleanup.h"

#include <stdlib.h>
#include <string.h>

struct growth {
    const struct tree_source *source;
    const struct tree_choice *choice;
    struct tree *tree;
};

static int no_memory(struct err *e)
{
    return err_os(e, ENOMEM, "read an image's documents");
}

static void document_done(struct tree_document *d)
{
    index_freep(&d->index);
    manifest_freep(&d->manifest);
    free(d->data);
}

void tree_done(struct tree *t)
{
    for (size_t i = 0; i < t->document_count; i++)
        document_done(&t->documents[i]);
    free(t->documents);
    free(t->blobs);
    *t = (struct tree){ 0 };
}

/* d's content is the tree's from here on. */
static int add_document(struct tree *t, struct tree_document *d, struct err *e)
{
    struct tree_document *more = realloc(t->documents, (t->document_count + 1) * sizeof *more);

    if (!more) {
        document_done(d);
        return no_memory(e);
    }
    t->documents = more;
    t->documents[t->document_count++] = *d;
    return 0;
}

static bool has_document(const struct tree *t, const struct digest *digest)
{
    for (size_t i = 0; i < t->document_count; i++)
        if (digest_equal(&t->documents[i].digest, digest))
            return true;
    return false;
}

static int add_blob(struct tree *t, const struct descriptor *blob, struct err *e)
{
    const struct descriptor **more;

    for (size_t i = 0; i < t->blob_count; i++)
        if (digest_equal(&t->blobs[i]->digest, &blob->digest))
            return 0;
    more = realloc(t->blobs, (t->blob_count + 1) * sizeof *more);
    if (!more)
        return no_memory(e);
    t->blobs = more;
    t->blobs[t->blob_count++] = blob;
    return 0;
}

/* The config first: it is small, and what is wrong with an image shows there. */
static int add_manifest_blobs(struct tree *t, const struct manifest *m, struct err *e)
{
    TRY(add_blob(t, &m->config, e));
    for (size_t i = 0; i < m->layer_count; i++)
        TRY(add_blob(t, &m->layers[i], e));
    return 0;
}

static int grow(struct growth *g, const char *media_type, const struct digest *digest, char *data,
                size_t size, unsigned depth, struct err *e);

static int grow_child(struct growth *g, const struct descriptor *d, unsigned depth, struct err *e)
{
    char *data;
    size_t size;

    if (has_document(g->tree, &d->digest))
        return 0;
    if (g->tree->document_count >= INDEX_MANIFESTS_MAX)
        return err_set(e, ERR_INVALID, "more than %d manifests below one name",
                       INDEX_MANIFESTS_MAX);
    TRY(g->source->read(g->source->user, d, &data, &size, e));
    return grow(g, d->media_type, &d->digest, data, size, depth + 1, e);
}

static int grow_all(struct growth *g, const struct index *index, unsigned depth, struct err *e)
{
    for (size_t i = 0; i < index->count; i++) {
        const struct descriptor *d = &index->manifests[i];
        enum media_kind kind = media_type_find(d->media_type)->kind;

        if (g->choice->skip && g->choice->skip(g->source->user, d))
            continue;
        /* Whatever else an index may name one day is a blob to us. */
        if (kind == MEDIA_INDEX || kind == MEDIA_MANIFEST)
            TRY(grow_child(g, d, depth, e));
        else
            TRY(add_blob(g->tree, d, e));
    }
    return 0;
}

static int grow_chosen(struct growth *g, const struct index *index, unsigned depth, struct err *e)
{
    for (size_t i = 0; i < g->choice->count; i++) {
        const struct descriptor *d;

        TRY(index_choose(index, &g->choice->platforms[i], &d, e));
        TRY(grow_child(g, d, depth, e));
    }
    return 0;
}

/* An index that leads back to itself can't be made, as that would need a digest of itself; depth
 * bounds the rest. */
static int grow_index(struct growth *g, struct tree_document *d, unsigned depth, struct err *e)
{
    if (depth >= INDEX_DEPTH_MAX)
        return err_set(e, ERR_INVALID, "indexes are nested more than %d deep", INDEX_DEPTH_MAX);
    TRY(index_parse(d->data, d->size, d->media_type, &d->index, e));
    return g->choice->all ? grow_all(g, d->index, depth, e) : grow_chosen(g, d->index, depth, e);
}

static int grow_document(struct growth *g, const char *media_type, struct tree_document *d,
                         unsigned depth, struct err *e)
{
    const char *said;
    enum media_kind kind = media_type_find(media_type)->kind;

    if (kind == MEDIA_SCHEMA1)
        return manifest_parse(d->data, d->size, media_type, &d->manifest, e);
    TRY(document_kind(d->data, d->size, &said, e));
    d->media_type = *media_type ? media_type_find(media_type)->name : said;
    if (media_type_find(d->media_type)->kind == MEDIA_INDEX)
        return grow_index(g, d, depth, e);
    TRY(manifest_parse(d->data, d->size, d->media_type, &d->manifest, e));
    return add_manifest_blobs(g->tree, d->manifest, e);
}

static int grow(struct growth *g, const char *media_type, const struct digest *digest, char *data,
                size_t size, unsigned depth, struct err *e)
{
    struct tree_document d = { .digest = *digest, .data = data, .size = size };

    if (grow_document(g, media_type, &d, depth, e) < 0) {
        document_done(&d);
        return err_wrap(e, "%s", digest->text);
    }
    return add_document(g->tree, &d, e);
}

int tree_grow(const struct tree_source *source, const struct tree_choice *choice,
              const char *media_type, const struct digest *digest, char *data, size_t size,
              struct tree *ret, struct err *e)
{
    auto_tree t = { 0 };
    struct growth g = { .source = source, .choice = choice, .tree = &t };

    TRY(grow(&g, media_type, digest, data, size, 0, e));
    *ret = t;
    t = (struct tree){ 0 };
    return 0;
}
