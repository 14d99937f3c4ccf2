// SPDX-License-Identifier: Apache-2.0
/*
 * load_docker.c - archives as "docker save" wrote them before version 25, and podman still does.
 *
 * manifest.json lists configs and layers by their paths in the archive, which may lead through
 * links. There is no manifest, so we write one.
 */
#include "lade/archive/loading.h"

#include "base/cleanup.h"
#include "base/json_fields.h"
#include "base/json_write.h"
#include "lade/document/fields.h"
#include "lade/document/image_config.h"
#include "lade/document/media_type.h"
#include "lade/layer/unpack.h"
#include "lade/stream/fd_source.h"

#include <errno.h>
#include <string.h>

struct docker_image {
    char *config;
    struct text_list tags, layers;
};

struct docker_images {
    struct docker_image *items;
    size_t count;
};

static int read_image(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_STRING(struct docker_image, config, "Config", JSON_REQUIRED | JSON_NOT_EMPTY),
        FIELD_OTHER(struct docker_image, tags, "RepoTags", text_list_read, 0),
        FIELD_OTHER(struct docker_image, layers, "Layers", text_list_read, 0),
    };

    return json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e);
}

static int find_file(struct loading *x, const char *name, struct spool_file **ret, struct err *e)
{
    *ret = spool_find(x->spool, name);
    if (!*ret || !(*ret)->content)
        return err_set(e, ERR_INVALID, "manifest.json names '%.*s', which is not in the archive",
                       200, name);
    return 0;
}

/* The media type that goes with how the layer is compressed. */
static int layer_type(const struct spool_file *f, const char **ret, struct err *e)
{
    static const char *const types[] = {
        [COMPRESSION_NONE] = MEDIA_OCI_LAYER,
        [COMPRESSION_GZIP] = MEDIA_OCI_LAYER_GZIP,
        [COMPRESSION_ZSTD] = MEDIA_OCI_LAYER_ZSTD,
    };
    auto_fd fd = spool_open(f, e);
    struct byte_source from = fd_source(&fd);
    auto_inflate *inflate = NULL;

    TRY(fd);
    TRY(inflate_new(&from, 0, unpack_limits_default.window, &inflate, e));
    *ret = types[inflate_kind(inflate)];
    return 0;
}

static void put_descriptor(struct json_writer *w, const char *key, const char *type,
                           const struct spool_file *f)
{
    json_begin(w, key, '{');
    json_put_string(w, "mediaType", type);
    json_put_string(w, "digest", f->digest.text);
    json_put_uint(w, "size", f->size);
    json_end(w);
}

static int write_manifest(struct loading *x, const struct docker_image *image,
                          const struct spool_file *config, struct buf *ret, struct err *e)
{
    struct json_writer w = { .to = ret };

    json_begin(&w, NULL, '{');
    json_put_uint(&w, "schemaVersion", 2);
    json_put_string(&w, "mediaType", MEDIA_OCI_MANIFEST);
    put_descriptor(&w, "config", MEDIA_OCI_CONFIG, config);
    json_begin(&w, "layers", '[');
    for (size_t i = 0; i < image->layers.count; i++) {
        struct spool_file *layer;
        const char *type;

        TRY(find_file(x, image->layers.items[i], &layer, e));
        TRY(layer_type(layer, &type, e));
        put_descriptor(&w, NULL, type, layer);
    }
    json_end(&w);
    json_end(&w);
    return buf_failed(ret) ? err_os(e, ENOMEM, "write a manifest") : 0;
}

static int read_config(const struct docker_image *image, const struct spool_file *f,
                       struct image_config **ret, struct err *e)
{
    auto_free char *text = NULL;
    size_t len;

    TRY(spool_text(f, "image config", &text, &len, e));
    TRY(image_config_parse(text, len, ret, e));
    if ((*ret)->diff_id_count != image->layers.count)
        return err_set(e, ERR_INVALID, "image config '%s' has %zu diff_ids for %zu layers",
                       image->config, (*ret)->diff_id_count, image->layers.count);
    return 0;
}

/* A file becomes a blob, unless the store has it: the same layer may stand in several images. */
static int keep(struct loading *x, struct spool_file *f, struct err *e)
{
    return store_has(x->store, &f->digest) ? 0 : spool_keep(x->spool, f, e);
}

static int keep_layers(struct loading *x, const struct docker_image *image,
                       const struct image_config *config, struct err *e)
{
    for (size_t i = 0; i < image->layers.count; i++) {
        struct spool_file *layer;

        TRY(find_file(x, image->layers.items[i], &layer, e));
        TRY(loading_check_file(layer, &config->diff_ids[i], e));
        TRY(keep(x, layer, e));
    }
    return 0;
}

static int load_image(struct loading *x, const struct docker_image *image, struct err *e)
{
    struct descriptor d = { .media_type = (char *)MEDIA_OCI_MANIFEST };
    cleanup(image_config_freep) struct image_config *config = NULL;
    struct spool_file *config_file;
    auto_buf manifest = { 0 };

    TRY(find_file(x, image->config, &config_file, e));
    TRY(read_config(image, config_file, &config, e));
    TRY(write_manifest(x, image, config_file, &manifest, e));
    TRY(keep_layers(x, image, config, e));
    TRY(keep(x, config_file, e));
    d.size = manifest.len;
    TRY(store_put(x->store, manifest.data, manifest.len, &d.digest, e));
    if (image->tags.count == 0 || x->options->name)
        return loading_name(x, &d, NULL, e);
    for (size_t i = 0; i < image->tags.count; i++)
        TRY(loading_name(x, &d, image->tags.items[i], e));
    return 0;
}

static int load_images(struct loading *x, const struct docker_images *images, struct err *e)
{
    for (size_t i = 0; i < images->count; i++)
        TRY(load_image(x, &images->items[i], e));
    if (!images->count)
        return err_set(e, ERR_NOT_FOUND, "there is no image in it");
    return 0;
}

int loading_docker(struct loading *x, const struct spool_file *manifests, struct err *e)
{
    struct docker_images images = { 0 };
    auto_arena arena = { 0 };
    struct json_doc doc = { .name = "manifest.json", .arena = &arena };
    cleanup(json_putp) struct json_object *o = NULL;
    struct json_at at = { .doc = &doc };
    auto_free char *text = NULL;
    size_t len;

    TRY(spool_text(manifests, "manifest.json", &text, &len, e));
    if (json_parse(text, len, &o, e) < 0)
        return err_wrap(e, "manifest.json");
    at.value = o;
    TRY(json_read_array(&at, sizeof *images.items, read_image, (void **)&images.items,
                        &images.count, e));
    return load_images(x, &images, e);
}
