// SPDX-License-Identifier: Apache-2.0
/* manifest.c - image manifests, and telling them from indexes. */
#include "lade/document/manifest.h"

#include "base/cleanup.h"
#include "lade/document/fields.h"

#include <json-c/json_object.h>
#include <stdlib.h>

static int read_layers(const struct json_at *at, void *ret, struct err *e)
{
    struct manifest *m = ret;

    if (json_object_is_type(at->value, json_type_array) &&
        json_object_array_length(at->value) > MANIFEST_LAYERS_MAX)
        return json_error(at, e, "has more than %d entries", MANIFEST_LAYERS_MAX);
    return json_read_array(at, sizeof *m->layers, descriptor_read, (void **)&m->layers,
                           &m->layer_count, e);
}

static int read_manifest(const struct json_at *at, const char *media_type, struct manifest *ret,
                         struct err *e)
{
    static const char *const foreign[] = { "manifests", NULL };
    static const struct json_field fields[] = {
        FIELD_INT(struct manifest, schema_version, "schemaVersion", 2, 2, 0),
        FIELD_STRING(struct manifest, media_type, "mediaType", JSON_EMPTY_NULL),
        FIELD_STRING(struct manifest, artifact_type, "artifactType", JSON_EMPTY_NULL),
        FIELD_OTHER(struct manifest, config, "config", descriptor_read, JSON_REQUIRED),
        FIELD_WHOLE("layers", read_layers, 0),
        FIELD_OTHER(struct manifest, subject, "subject", descriptor_pointer_read, 0),
        FIELD_OTHER(struct manifest, annotations, "annotations", annotations_read, 0),
    };
    struct document_claim claim = { MEDIA_MANIFEST, "manifest", media_type, foreign };

    TRY(document_check(at, &claim, e));
    return json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e);
}

int manifest_parse(const char *text, size_t len, const char *media_type, struct manifest **ret,
                   struct err *e)
{
    cleanup(manifest_freep) struct manifest *m = calloc(1, sizeof *m);
    cleanup(json_putp) struct json_object *o = NULL;
    struct json_doc doc = { .name = "manifest" };
    struct json_at at = { .doc = &doc };

    if (!m)
        return json_no_memory(e);
    doc.arena = &m->arena;
    if (json_parse(text, len, &o, e) < 0)
        return err_wrap(e, "manifest");
    at.value = o;
    TRY(read_manifest(&at, media_type, m, e));
    *ret = take_ptr(m);
    return 0;
}

void manifest_freep(struct manifest **m)
{
    if (*m)
        arena_done(&(*m)->arena);
    free(*m);
    *m = NULL;
}

const char *manifest_artifact_type(const struct manifest *m)
{
    if (media_type_find(m->config.media_type)->kind == MEDIA_CONFIG)
        return NULL;
    return m->artifact_type ? m->artifact_type : m->config.media_type;
}

int manifest_require_image(const struct manifest *m, struct err *e)
{
    const char *type = manifest_artifact_type(m);

    if (type)
        return err_set(e, ERR_UNSUPPORTED, "it is no image but an artifact of type '%.*s'", 200,
                       type);
    return 0;
}

int document_kind(const char *text, size_t len, const char **ret_type, struct err *e)
{
    cleanup(json_putp) struct json_object *o = NULL;
    struct json_object *said;
    const struct media_type *type;
    bool index;

    if (json_parse(text, len, &o, e) < 0)
        return err_wrap(e, "manifest");
    if (!json_object_is_type(o, json_type_object))
        return err_set(e, ERR_INVALID, "manifest must be an object");
    if (json_object_object_get_ex(o, "mediaType", &said)) {
        type = media_type_find(json_object_get_string(said));
        if (type->kind == MEDIA_INDEX || type->kind == MEDIA_MANIFEST) {
            *ret_type = type->name;
            return (int)type->kind;
        }
    }
    index = json_object_object_get_ex(o, "manifests", NULL);
    *ret_type = index ? MEDIA_OCI_INDEX : MEDIA_OCI_MANIFEST;
    return index ? MEDIA_INDEX : MEDIA_MANIFEST;
}
