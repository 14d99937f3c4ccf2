// SPDX-License-Identifier: Apache-2.0
/* revision.c - a new image out of an old one, or out of nothing. */
#include "lade/revision/revision.h"

#include "base/cleanup.h"
#include "base/json_fields.h"
#include "lade/document/edit.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int no_memory(struct err *e)
{
    return err_os(e, ENOMEM, "change an image");
}

/* The date that a build's bytes are to have, so that the same change gives the same digest
 * (reproducible-builds.org/specs/source-date-epoch). */
static int choose_time(struct revision *r, const char *created, struct err *e)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");

    r->clamp = epoch && *epoch;
    if (r->clamp && (strspn(epoch, "0123456789") != strlen(epoch) || strlen(epoch) > 11))
        return err_set(e, ERR_INVALID, "invalid value '%.*s' of SOURCE_DATE_EPOCH", 80, epoch);
    r->clamp_to = r->clamp ? strtoll(epoch, NULL, 10) : 0;
    if (!created) {
        quantity_timestamp(r->clamp ? r->clamp_to : time(NULL), r->time);
        return 0;
    }
    if (!quantity_time(created) || strlen(created) >= sizeof r->time)
        return err_set(e, ERR_INVALID, "'%.*s' is no time as in RFC 3339", 80, created);
    memcpy(r->time, created, strlen(created) + 1);
    return 0;
}

static const char new_manifest[] =
    "{\"schemaVersion\":2,\"mediaType\":\"" MEDIA_OCI_MANIFEST "\","
    "\"config\":{\"mediaType\":\"" MEDIA_OCI_CONFIG "\"},\"layers\":[]}";
static const char new_document[] = "{\"architecture\":\"\",\"os\":\"\",\"config\":{},"
                                   "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}";

static int begin_new(struct revision *r, const struct platform *platform, struct err *e)
{
    TRY(json_parse(new_document, strlen(new_document), &r->document, e));
    TRY(json_parse(new_manifest, strlen(new_manifest), &r->manifest, e));
    TRY(edit_text(r->document, "architecture", platform->architecture, e));
    TRY(edit_text(r->document, "variant", platform->variant, e));
    return edit_text(r->document, "os", platform->os, e);
}

static int begin_from(struct revision *r, const struct image *base, struct err *e)
{
    r->docker = media_type_find(base->descriptor->media_type)->docker;
    TRY(json_parse(base->config_text, base->config_len, &r->document, e));
    return json_parse(base->manifest_text, base->manifest_len, &r->manifest, e);
}

int revision_begin(struct revision *r, const struct image *base, const struct platform *platform,
                   const char *created, struct err *e)
{
    *r = (struct revision){ 0 };
    TRY(choose_time(r, created, e));
    TRY(base ? begin_from(r, base, e) : begin_new(r, platform, e));
    TRY(edit_text(r->document, "created", r->time, e));
    return edit_object(r->document, "config", &r->config, e);
}

void revision_done(struct revision *r)
{
    json_object_put(r->document);
    json_object_put(r->manifest);
    *r = (struct revision){ 0 };
}

/* The array of that name, made when missing. */
static int array_in(struct json_object *o, const char *key, struct json_object **ret, struct err *e)
{
    *ret = json_object_object_get(o, key);
    if (!*ret) {
        *ret = json_object_new_array();
        if (!*ret || json_object_object_add(o, key, *ret) < 0)
            return no_memory(e);
    }
    return json_object_is_type(*ret, json_type_array)
               ? 0
               : err_set(e, ERR_INVALID, "%s is not an array", key);
}

static int append(struct json_object *array, struct json_object *item, struct err *e)
{
    if (item && json_object_array_add(array, item) == 0)
        return 0;
    json_object_put(item);
    return no_memory(e);
}

int revision_add_history(struct revision *r, const char *created_by, const char *comment,
                         bool empty, struct err *e)
{
    struct json_object *history, *entry = json_object_new_object();

    TRY(array_in(r->document, "history", &history, e));
    TRY(append(history, entry, e));
    TRY(edit_text(entry, "created", r->time, e));
    TRY(edit_text(entry, "created_by", created_by, e));
    TRY(edit_text(entry, "comment", comment, e));
    if (empty && json_object_object_add(entry, "empty_layer", json_object_new_boolean(true)) < 0)
        return no_memory(e);
    return 0;
}

static const char *layer_type(const struct revision *r, enum compression compression)
{
    static const char *const types[][2] = {
        [COMPRESSION_NONE] = { MEDIA_OCI_LAYER, MEDIA_DOCKER_LAYER },
        [COMPRESSION_GZIP] = { MEDIA_OCI_LAYER_GZIP, MEDIA_DOCKER_LAYER ".gzip" },
        [COMPRESSION_ZSTD] = { MEDIA_OCI_LAYER_ZSTD, MEDIA_DOCKER_LAYER ".zstd" },
    };

    return types[compression][r->docker];
}

static int put_place(struct json_object *o, const struct digest *digest, uint64_t size,
                     struct err *e)
{
    TRY(edit_text(o, "digest", digest->text, e));
    if (json_object_object_add(o, "size", json_object_new_int64((int64_t)size)) < 0)
        return no_memory(e);
    return 0;
}

int revision_add_layer(struct revision *r, const struct revision_layer *layer, struct err *e)
{
    struct json_object *rootfs, *diff_ids, *layers, *o = json_object_new_object();

    TRY(array_in(r->manifest, "layers", &layers, e));
    TRY(append(layers, o, e));
    TRY(edit_text(o, "mediaType", layer_type(r, layer->compression), e));
    TRY(put_place(o, &layer->digest, layer->size, e));
    TRY(edit_object(r->document, "rootfs", &rootfs, e));
    TRY(array_in(rootfs, "diff_ids", &diff_ids, e));
    return append(diff_ids, json_object_new_string(layer->diff_id.text), e);
}

/* Puts a document into the store and its place into *ret. */
static int keep(struct store *s, struct json_object *o, struct descriptor *ret, struct err *e)
{
    auto_buf text = { 0 };

    TRY(edit_write(o, &text, e));
    ret->size = text.len;
    return store_put(s, text.data, text.len, &ret->digest, e);
}

int revision_write(struct revision *r, struct store *s, const char *name, enum store_name_mode mode,
                   struct descriptor *ret, struct err *e)
{
    const char *type = r->docker ? MEDIA_DOCKER_MANIFEST : MEDIA_OCI_MANIFEST;
    struct descriptor config = { 0 }, manifest = { .media_type = (char *)(uintptr_t)type };
    struct json_object *o;

    TRY(keep(s, r->document, &config, e));
    TRY(edit_object(r->manifest, "config", &o, e));
    json_object_object_del(o, "data"); /* it would be that of the old one */
    TRY(put_place(o, &config.digest, config.size, e));
    TRY(keep(s, r->manifest, &manifest, e));
    TRY(store_name(s, &manifest, name, mode, e));
    *ret = manifest;
    return 0;
}
