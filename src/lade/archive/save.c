// SPDX-License-Identifier: Apache-2.0
/* save.c - images as an archive. */
#include "lade/archive/save.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/json_write.h"
#include "lade/document/index.h"
#include "lade/layer/tar_write.h"
#include "lade/name/reference.h"
#include "lade/store/digest_set.h"
#include "lade/store/image.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { PIECE = 128 << 10, BLOB_NAME_SIZE = DIGEST_TEXT_SIZE + 8 };

struct save {
    struct store *store;
    const struct save_options *options;
    struct tar_writer writer;
    struct digest_set written;
    struct buf index, manifests; /* JSON of index.json and manifest.json */
    struct json_writer index_json, manifests_json;
};

static int no_memory(struct err *e)
{
    return err_os(e, ENOMEM, "write archive");
}

/* "blobs/sha256/0123…" */
static void blob_name(const struct digest *digest, char ret[BLOB_NAME_SIZE])
{
    snprintf(ret, BLOB_NAME_SIZE, "blobs/%s", digest->text);
    *strchr(ret, ':') = '/';
}

/* A file of so many bytes, which are to follow, or a directory. */
static int write_header(struct save *x, enum tar_type type, const char *name, uint64_t size,
                        struct err *e)
{
    struct tar_entry entry = {
        .type = type,
        .path = name,
        .link = "",
        .mode = type == TAR_DIRECTORY ? 0755 : 0644,
        .size = size,
    };

    return tar_write_entry(&x->writer, &entry, e);
}

static int write_text(struct save *x, const char *name, const char *text, size_t len, struct err *e)
{
    TRY(write_header(x, TAR_FILE, name, len, e));
    return tar_write_content(&x->writer, text, len, e);
}

/* Hashed on the way: an archive with damaged content would be found out by somebody else. */
static int copy_blob(struct save *x, int fd, const struct descriptor *d, struct err *e)
{
    auto_free char *piece = malloc(PIECE);
    auto_hasher *hasher = NULL;
    struct digest got;
    uint64_t left = d->size;

    if (!piece)
        return no_memory(e);
    TRY(hasher_new(d->digest.algorithm, &hasher, e));
    while (left > 0) {
        ssize_t n = read(fd, piece, left < PIECE ? (size_t)left : PIECE);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return err_os(e, n < 0 ? errno : EIO, "read blob %s", d->digest.text);
        hasher_add(hasher, piece, (size_t)n);
        TRY(tar_write_content(&x->writer, piece, (size_t)n, e));
        left -= (uint64_t)n;
    }
    hasher_end(hasher, &got);
    if (!digest_equal(&got, &d->digest))
        return err_set(e, ERR_INVALID, "content of blob %s has the digest %s", d->digest.text,
                       got.text);
    return 0;
}

static int write_blob(struct save *x, const struct descriptor *d, struct err *e)
{
    char name[BLOB_NAME_SIZE];
    auto_fd fd = -EBADF;
    uint64_t size;

    if (!digest_set_add(&x->written, d->digest.text))
        return x->written.failed ? no_memory(e) : 0;
    fd = store_open_blob(x->store, &d->digest, &size, e);
    TRY(fd);
    if (size != d->size)
        return err_set(e, ERR_INVALID, "blob %s has %llu bytes instead of %llu", d->digest.text,
                       (unsigned long long)size, (unsigned long long)d->size);
    blob_name(&d->digest, name);
    TRY(write_header(x, TAR_FILE, name, size, e));
    return copy_blob(x, fd, d, e);
}

static int write_manifest(struct save *x, const struct descriptor *d, struct err *e)
{
    cleanup(manifest_freep) struct manifest *m = NULL;
    auto_free char *text = NULL;
    size_t len;

    TRY(store_read(x->store, d, "manifest", &text, &len, e));
    TRY(manifest_parse(text, len, d->media_type, &m, e));
    TRY(write_blob(x, &m->config, e));
    for (size_t i = 0; i < m->layer_count; i++)
        TRY(write_blob(x, &m->layers[i], e));
    return write_blob(x, d, e);
}

/* What is not here was not pulled, with other platforms; the index says it all the same. */
static int write_index(struct save *x, const struct descriptor *d, unsigned depth, struct err *e)
{
    cleanup(index_freep) struct index *index = NULL;
    auto_free char *text = NULL;
    size_t len;

    if (depth >= INDEX_DEPTH_MAX)
        return err_set(e, ERR_INVALID, "index %s: nested more than %d deep", d->digest.text,
                       INDEX_DEPTH_MAX);
    TRY(store_read(x->store, d, "index", &text, &len, e));
    TRY(index_parse(text, len, d->media_type, &index, e));
    for (size_t i = 0; i < index->count; i++) {
        const struct descriptor *child = &index->manifests[i];
        enum media_kind kind = media_type_find(child->media_type)->kind;

        if (!store_has(x->store, &child->digest))
            continue;
        if (kind == MEDIA_INDEX)
            TRY(write_index(x, child, depth + 1, e));
        else if (kind == MEDIA_MANIFEST)
            TRY(write_manifest(x, child, e));
        else
            TRY(write_blob(x, child, e));
    }
    return write_blob(x, d, e);
}

static void put_descriptor(struct save *x, const struct descriptor *d, const char *name)
{
    struct json_writer *w = &x->index_json;
    struct reference r;
    struct err unused;
    bool full = name && reference_parse(name, &r, &unused) == 0 && r.tag[0];

    json_begin(w, NULL, '{');
    json_put_string(w, "mediaType", d->media_type);
    json_put_string(w, "digest", d->digest.text);
    json_put_uint(w, "size", d->size);
    if (name) {
        json_begin(w, "annotations", '{');
        /* As Docker has it: the full name apart, the tag where the specification has it. */
        if (x->options->docker && full)
            json_put_string(w, ANNOTATION_CONTAINERD_NAME, name);
        json_put_string(w, ANNOTATION_REF_NAME, x->options->docker && full ? r.tag : name);
        json_end(w);
    }
    json_end(w);
}

/* One image for manifest.json. */
static void put_docker(struct save *x, const struct image *image, const char *name)
{
    struct json_writer *w = &x->manifests_json;
    char path[BLOB_NAME_SIZE];

    json_begin(w, NULL, '{');
    blob_name(&image->manifest->config.digest, path);
    json_put_string(w, "Config", path);
    json_begin(w, "RepoTags", '[');
    json_put_string(w, NULL, name);
    json_end(w);
    json_begin(w, "Layers", '[');
    for (size_t i = 0; i < image->manifest->layer_count; i++) {
        blob_name(&image->manifest->layers[i].digest, path);
        json_put_string(w, NULL, path);
    }
    json_end(w);
    json_end(w);
}

static int save_entry(struct save *x, const struct store_entry *entry, struct err *e)
{
    const struct descriptor *d = entry->descriptor;
    auto_image *image = NULL;

    if (x->options->docker || x->options->platform) {
        TRY(image_open(x->store, d,
                       x->options->platform ? x->options->platform : x->options->docker, &image,
                       e));
        if (x->options->platform)
            d = image->descriptor;
        if (x->options->docker) {
            TRY(manifest_require_image(image->manifest, e));
            put_docker(x, image, entry->name);
        }
    }
    put_descriptor(x, d, entry->name);
    if (media_type_find(d->media_type)->kind == MEDIA_INDEX)
        return write_index(x, d, 0, e);
    return write_manifest(x, d, e);
}

static void begin(struct save *x)
{
    x->index_json.to = &x->index;
    x->manifests_json.to = &x->manifests;
    json_begin(&x->index_json, NULL, '{');
    json_put_uint(&x->index_json, "schemaVersion", 2);
    json_put_string(&x->index_json, "mediaType", MEDIA_OCI_INDEX);
    json_begin(&x->index_json, "manifests", '[');
    json_begin(&x->manifests_json, NULL, '[');
}

static int end(struct save *x, struct err *e)
{
    static const char layout[] = "{\"imageLayoutVersion\":\"1.0.0\"}";

    json_end(&x->index_json);
    json_end(&x->index_json);
    json_end(&x->manifests_json);
    if (buf_failed(&x->index) || buf_failed(&x->manifests))
        return no_memory(e);
    TRY(write_text(x, "index.json", x->index.data, x->index.len, e));
    if (x->options->docker)
        TRY(write_text(x, "manifest.json", x->manifests.data, x->manifests.len, e));
    TRY(write_text(x, "oci-layout", layout, strlen(layout), e));
    return tar_write_end(&x->writer, e);
}

static int save_all(struct save *x, const struct store_entry *const *entries, size_t n,
                    struct err *e)
{
    begin(x);
    TRY(write_header(x, TAR_DIRECTORY, "blobs/", 0, e));
    TRY(write_header(x, TAR_DIRECTORY, "blobs/sha256/", 0, e));
    for (size_t i = 0; i < n; i++)
        TRY(save_entry(x, entries[i], e));
    return end(x, e);
}

int archive_save(struct store *s, const struct store_entry *const *entries, size_t n,
                 const struct save_options *options, const struct byte_sink *to, struct err *e)
{
    struct save x = { .store = s, .options = options, .writer.to = *to };
    int rc = save_all(&x, entries, n, e);

    digest_set_done(&x.written);
    buf_done(&x.index);
    buf_done(&x.manifests);
    return rc;
}
