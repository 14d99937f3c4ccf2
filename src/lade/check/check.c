// SPDX-License-Identifier: Apache-2.0
/* check.c - holding an image's content against what its documents say. */
#include "lade/check/check.h"

#include "base/cleanup.h"
#include "lade/document/image_config.h"
#include "lade/document/index.h"
#include "lade/document/manifest.h"
#include "lade/layer/unpack.h"
#include "lade/stream/fd_source.h"
#include "lade/stream/tally.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PIECE = 128 << 10 };

struct check {
    struct store *store;
    const struct check_watcher *watcher;
    unsigned documents; /* manifests and indexes so far */
    int findings;
};

static int finding(struct check *c, const struct digest *digest, const struct err *e)
{
    char text[ERR_TEXT_MAX + 64];
    struct finding f = { digest->text, text };

    err_format(e, text, sizeof text);
    c->findings++;
    c->watcher->found(c->watcher->user, &f);
    return 0;
}

/* As much as unpacking would take: what goes on for ever is not hashed for ever. */
static int hash_all(const struct byte_source *from, struct hasher *hasher, struct err *e)
{
    auto_free char *piece = malloc(PIECE);
    uint64_t sum = 0;
    ssize_t n;

    if (!piece)
        return err_os(e, ENOMEM, "check a layer");
    while ((n = from->read(from->user, piece, PIECE, e)) > 0) {
        hasher_add(hasher, piece, (size_t)n);
        sum += (uint64_t)n;
        if (sum > unpack_limits_default.bytes)
            return err_set(e, ERR_INVALID, "the layer is larger than %" PRIu64 " bytes",
                           unpack_limits_default.bytes);
    }
    return (int)n;
}

int check_diff_id(const struct byte_source *layer, const struct digest *want, struct err *e)
{
    auto_inflate *inflate = NULL;
    auto_hasher *hasher = NULL;
    struct byte_source plain;
    struct digest got;

    TRY(inflate_new(layer, 0, unpack_limits_default.window, &inflate, e));
    TRY(hasher_new(want->algorithm, &hasher, e));
    plain = inflate_source(inflate);
    TRY(hash_all(&plain, hasher, e));
    hasher_end(hasher, &got);
    if (!digest_equal(&got, want))
        return err_set(e, ERR_INVALID, "the layer has the diffID %s instead of %s", got.text,
                       want->text);
    return 0;
}

/* Size and digest of a blob, and its diffID when it is a layer of an image; in one pass. */
static int check_blob(struct check *c, const struct descriptor *d, const struct digest *diff_id,
                      struct err *e)
{
    uint64_t size;
    auto_fd fd = store_open_blob(c->store, &d->digest, &size, e);
    struct byte_source raw = fd_source(&fd), hashed;
    auto_hasher *hasher = NULL;
    struct tally tally;
    struct digest got;

    TRY(fd);
    if (size != d->size)
        return err_set(e, ERR_INVALID, "blob %s has %llu bytes instead of %llu", d->digest.text,
                       (unsigned long long)size, (unsigned long long)d->size);
    TRY(hasher_new(d->digest.algorithm, &hasher, e));
    tally = (struct tally){ .from = raw, .hasher = hasher };
    hashed = tally_source(&tally);
    if (diff_id && check_diff_id(&hashed, diff_id, e) < 0)
        return err_wrap(e, "blob %s", d->digest.text);
    TRY(stream_drain(&hashed, e)); /* what stands behind the compressed stream belongs to it, too */
    hasher_end(hasher, &got);
    if (!digest_equal(&got, &d->digest))
        return err_set(e, ERR_INVALID, "content of blob %s has the digest %.*s", d->digest.text, 80,
                       got.text);
    return 0;
}

static void check_one(struct check *c, const struct descriptor *d, const struct digest *diff_id)
{
    struct progress *p;
    char what[64];
    struct err e;
    int rc;

    if (!digest_set_add(c->watcher->checked, d->digest.text))
        return;
    snprintf(what, sizeof what, "blob %.12s", digest_encoded(&d->digest));
    p = progress_begin(c->watcher->report, what, d->size, 0);
    rc = check_blob(c, d, diff_id, &e);
    progress_add(p, d->size);
    progress_end(p, rc < 0 ? "damaged" : "good");
    if (rc < 0)
        finding(c, &d->digest, &e);
}

static int read_config(struct check *c, const struct manifest *m, struct image_config **ret,
                       struct err *e)
{
    auto_free char *text = NULL;
    size_t len;

    digest_set_add(c->watcher->checked, m->config.digest.text);
    TRY(store_read(c->store, &m->config, "image config", &text, &len, e));
    TRY(image_config_parse(text, len, ret, e));
    if ((*ret)->diff_id_count != m->layer_count)
        return err_set(e, ERR_INVALID, "image config %s has %zu diff_ids for %zu layers",
                       m->config.digest.text, (*ret)->diff_id_count, m->layer_count);
    return 0;
}

static int check_manifest(struct check *c, const struct descriptor *d, const char *text, size_t len,
                          struct err *e)
{
    cleanup(manifest_freep) struct manifest *m = NULL;
    cleanup(image_config_freep) struct image_config *config = NULL;
    bool whole = false;

    TRY(manifest_parse(text, len, d->media_type, &m, e));
    if (manifest_artifact_type(m))
        check_one(c, &m->config, NULL);
    else if (read_config(c, m, &config, e) < 0)
        finding(c, &m->config.digest, e);
    else
        whole = true;
    for (size_t i = 0; i < m->layer_count; i++)
        check_one(c, &m->layers[i], whole ? &config->diff_ids[i] : NULL);
    return 0;
}

static int check_document(struct check *c, const struct descriptor *d, unsigned depth,
                          struct err *e);

static int check_index(struct check *c, const struct descriptor *d, const char *text, size_t len,
                       unsigned depth, struct err *e)
{
    cleanup(index_freep) struct index *index = NULL;

    TRY(index_parse(text, len, d->media_type, &index, e));
    for (size_t i = 0; i < index->count; i++) {
        const struct descriptor *child = &index->manifests[i];
        enum media_kind kind = media_type_find(child->media_type)->kind;
        struct err why;

        if (!store_has(c->store, &child->digest))
            continue;
        if (kind != MEDIA_INDEX && kind != MEDIA_MANIFEST)
            check_one(c, child, NULL);
        else if (check_document(c, child, depth + 1, &why) < 0)
            finding(c, &child->digest, &why);
    }
    return 0;
}

static int check_document(struct check *c, const struct descriptor *d, unsigned depth,
                          struct err *e)
{
    auto_free char *text = NULL;
    size_t len;

    /* A cycle ends here, and what is shared is read once. */
    if (!digest_set_add(c->watcher->checked, d->digest.text))
        return 0;
    if (depth > INDEX_DEPTH_MAX || c->documents++ > INDEX_MANIFESTS_MAX)
        return err_set(e, ERR_INVALID, "indexes are nested too deep or hold too much");
    TRY(store_read(c->store, d, "manifest", &text, &len, e));
    if (media_type_find(d->media_type)->kind == MEDIA_INDEX)
        return check_index(c, d, text, len, depth, e);
    return check_manifest(c, d, text, len, e);
}

int check_image(struct store *s, const struct descriptor *d, const struct check_watcher *watcher,
                struct err *e)
{
    struct check c = { .store = s, .watcher = watcher };

    if (check_document(&c, d, 0, e) < 0)
        finding(&c, &d->digest, e);
    return c.findings;
}

static int check_named(void *user, const struct descriptor *d, struct err *e)
{
    check_one(user, d, NULL);
    return 0;
}

int check_blobs(struct store *s, const struct check_watcher *watcher, struct err *e)
{
    struct check c = { .store = s, .watcher = watcher };

    TRY(store_each_blob(s, check_named, &c, e));
    return c.findings;
}
