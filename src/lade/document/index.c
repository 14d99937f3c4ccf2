// SPDX-License-Identifier: Apache-2.0
/* index.c - indexes, and choosing an image from one. */
#include "lade/document/index.h"

#include "base/cleanup.h"
#include "lade/document/fields.h"
#include "lade/document/media_type.h"

#include <json-c/json_object.h>
#include <stdlib.h>
#include <string.h>

static int read_manifests(const struct json_at *at, void *ret, struct err *e)
{
    struct index *i = ret;

    if (json_object_is_type(at->value, json_type_array) &&
        json_object_array_length(at->value) > INDEX_MANIFESTS_MAX * 16)
        return json_error(at, e, "has more than %d entries", INDEX_MANIFESTS_MAX * 16);
    return json_read_array(at, sizeof *i->manifests, descriptor_read, (void **)&i->manifests,
                           &i->count, e);
}

static int read_index(const struct json_at *at, const char *media_type, struct index *ret,
                      struct err *e)
{
    static const char *const foreign[] = { "config", "layers", NULL };
    static const struct json_field fields[] = {
        FIELD_INT(struct index, schema_version, "schemaVersion", 2, 2, 0),
        FIELD_STRING(struct index, media_type, "mediaType", JSON_EMPTY_NULL),
        FIELD_STRING(struct index, artifact_type, "artifactType", JSON_EMPTY_NULL),
        FIELD_WHOLE("manifests", read_manifests, 0),
        FIELD_OTHER(struct index, subject, "subject", descriptor_pointer_read, 0),
        FIELD_OTHER(struct index, annotations, "annotations", annotations_read, 0),
    };
    struct document_claim claim = { MEDIA_INDEX, "index", media_type, foreign };

    TRY(document_check(at, &claim, e));
    /* Programs in Go write null for an empty list; not to have one at all is something else. */
    if (!json_object_object_get_ex(at->value, "manifests", NULL))
        return json_error(at, e, "has no manifests");
    return json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e);
}

int index_parse(const char *text, size_t len, const char *media_type, struct index **ret,
                struct err *e)
{
    cleanup(index_freep) struct index *i = calloc(1, sizeof *i);
    cleanup(json_putp) struct json_object *o = NULL;
    struct json_doc doc = { .name = "index" };
    struct json_at at = { .doc = &doc };

    if (!i)
        return json_no_memory(e);
    doc.arena = &i->arena;
    if (json_parse(text, len, &o, e) < 0)
        return err_wrap(e, "index");
    at.value = o;
    TRY(read_index(&at, media_type, i, e));
    *ret = take_ptr(i);
    return 0;
}

void index_freep(struct index **i)
{
    if (*i)
        arena_done(&(*i)->arena);
    free(*i);
    *i = NULL;
}

static bool is_unknown(const char *text)
{
    return text && strcmp(text, "unknown") == 0;
}

/* Attestations are manifests to be stored, not images to be run. */
static bool may_be_image(const struct descriptor *d)
{
    enum media_kind kind = media_type_find(d->media_type)->kind;

    if (kind != MEDIA_MANIFEST && kind != MEDIA_INDEX)
        return false;
    if (annotation_find(&d->annotations, "vnd.docker.reference.type"))
        return false;
    return !d->has_platform ||
           !(is_unknown(d->platform.os) || is_unknown(d->platform.architecture));
}

size_t index_images(const struct index *i)
{
    size_t n = 0;

    for (size_t k = 0; k < i->count; k++)
        n += may_be_image(&i->manifests[k]);
    return n;
}

static int choose_only(const struct index *i, const struct descriptor **ret, struct err *e)
{
    const struct descriptor *only = NULL;

    for (size_t n = 0; n < i->count; n++) {
        if (!may_be_image(&i->manifests[n]))
            continue;
        if (only)
            return err_set(e, ERR_INVALID,
                           "the index holds several images: say for which platform");
        only = &i->manifests[n];
    }
    if (!only)
        return err_set(e, ERR_NOT_FOUND, "the index holds no image");
    *ret = only;
    return 0;
}

int index_choose(const struct index *i, const struct platform *wanted,
                 const struct descriptor **ret, struct err *e)
{
    const struct descriptor *best = NULL;
    char text[PLATFORM_TEXT_SIZE];
    int best_rank = -1;

    if (!wanted)
        return choose_only(i, ret, e);
    for (size_t n = 0; n < i->count; n++) {
        const struct descriptor *d = &i->manifests[n];
        /* An entry without a platform is as good as any, but after those that say so. */
        int rank = d->has_platform ? platform_rank(wanted, &d->platform) : 1 << 16;

        if (may_be_image(d) && rank >= 0 && (!best || rank < best_rank)) {
            best = d;
            best_rank = rank;
        }
    }
    platform_format(wanted, text);
    if (!best)
        return err_set(e, ERR_NOT_FOUND, "the index holds no image for %s", text);
    *ret = best;
    return 0;
}
