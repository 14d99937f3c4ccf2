// SPDX-License-Identifier: Apache-2.0
/* reach.c - walking from names and leases to all they need. */
#include "lade/store/reach.h"

#include "base/file.h"
#include "base/json_fields.h"
#include "lade/document/chain.h"
#include "lade/document/image_config.h"
#include "lade/document/index.h"
#include "lade/document/manifest.h"
#include "lade/store/attached.h"
#include "lade/store/leases.h"

#include <string.h>

struct reach_item {
    struct digest digest;
    enum media_kind kind;
};

static int no_memory(struct err *e)
{
    return err_os(e, ENOMEM, "find out what is needed");
}

static int push(struct reach *r, const struct digest *digest, enum media_kind kind, struct err *e)
{
    if (r->todo_count == r->todo_room) {
        size_t room = r->todo_room ? r->todo_room * 2 : 64;
        struct reach_item *bigger = realloc(r->todo, room * sizeof *bigger);

        if (!bigger)
            return no_memory(e);
        r->todo = bigger;
        r->todo_room = room;
    }
    r->todo[r->todo_count++] = (struct reach_item){ *digest, kind };
    return 0;
}

/* A text that is no digest names nothing that could be in the store. */
static int add(struct reach *r, const char *text, const char *media_type, struct err *e)
{
    enum media_kind kind = media_type_find(media_type)->kind;
    struct digest digest;
    struct err unused;

    if (digest_parse(text, &digest, &unused) < 0 || !digest_set_add(&r->blobs, digest.text))
        return r->blobs.failed ? no_memory(e) : 0;
    if (kind == MEDIA_LAYER || kind == MEDIA_EMPTY)
        return 0;
    return push(r, &digest, kind, e);
}

/* Objects that have a digest, at any depth. A subject is not needed by what refers to it. */
static int add_descriptors(struct reach *r, struct json_object *o, struct err *e)
{
    struct json_object *digest, *type = NULL;

    if (json_object_is_type(o, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(o); i++)
            TRY(add_descriptors(r, json_object_array_get_idx(o, i), e));
        return 0;
    }
    if (!json_object_is_type(o, json_type_object))
        return 0;
    if (json_object_object_get_ex(o, "digest", &digest) &&
        json_object_is_type(digest, json_type_string)) {
        json_object_object_get_ex(o, "mediaType", &type);
        TRY(add(r, json_object_get_string(digest), type ? json_object_get_string(type) : NULL, e));
    }
    json_object_object_foreach(o, key, value)
    {
        if (strcmp(key, "subject") != 0)
            TRY(add_descriptors(r, value, e));
    }
    return 0;
}

static int add_layers(struct reach *r, const char *text, size_t len, struct err *e)
{
    cleanup(image_config_freep) struct image_config *config = NULL;
    struct digest chain = { 0 };
    struct err unused;

    if (image_config_parse(text, len, &config, &unused) < 0)
        return 0;
    for (size_t i = 0; i < config->diff_id_count; i++) {
        TRY(chain_next(&chain, &config->diff_ids[i], e));
        digest_set_add(&r->layers, config->diff_ids[i].text);
        digest_set_add(&r->layers, chain.text);
    }
    return r->layers.failed ? no_memory(e) : 0;
}

/* False when there is nothing in it that could lead on. */
static bool read_document(struct reach *r, const struct digest *digest, char **ret, size_t *ret_len)
{
    struct err unused;
    uint64_t size = 0;
    auto_fd fd = store_open_blob(r->store, digest, &size, &unused);

    return fd >= 0 && size > 0 && size <= DOCUMENT_MAX &&
           file_read_fd(fd, DOCUMENT_MAX, ret, ret_len, &unused) == 0 && **ret == '{';
}

static int visit(struct reach *r, const struct reach_item *item, struct err *e)
{
    auto_free char *text = NULL;
    auto_json *o = NULL;
    struct err unused;
    size_t len;

    if (!read_document(r, &item->digest, &text, &len))
        return 0;
    if (item->kind == MEDIA_CONFIG)
        return add_layers(r, text, len, e);
    if (json_parse(text, len, &o, &unused) < 0)
        return 0;
    return add_descriptors(r, o, e);
}

static int walk(struct reach *r, struct err *e)
{
    while (r->todo_count) {
        struct reach_item item = r->todo[--r->todo_count];

        TRY(visit(r, &item, e));
    }
    return 0;
}

int reach_from(struct reach *r, const char *digest, const char *media_type, struct err *e)
{
    TRY(add(r, digest, media_type, e));
    return walk(r, e);
}

bool reach_subject(struct reach *r, const struct digest *d, struct digest *ret)
{
    cleanup(json_putp) struct json_object *o = NULL;
    struct json_object *subject, *digest;
    auto_free char *text = NULL;
    struct err unused;
    size_t len;

    return read_document(r, d, &text, &len) && json_parse(text, len, &o, &unused) == 0 &&
           json_object_object_get_ex(o, "subject", &subject) &&
           json_object_is_type(subject, json_type_object) &&
           json_object_object_get_ex(subject, "digest", &digest) &&
           json_object_is_type(digest, json_type_string) &&
           digest_parse(json_object_get_string(digest), ret, &unused) == 0;
}

/* An entry that waits for its subject to be reached. */
struct referrer {
    const struct descriptor *entry;
    struct digest subject;
    bool reached;
};

/* Cosign's tags and what has a subject; a name of another form keeps what it names. */
static bool is_attached(struct reach *r, const struct descriptor *d, struct digest *ret_subject)
{
    const char *name = descriptor_name(d);

    return name ? attached_name(name, ret_subject) : reach_subject(r, &d->digest, ret_subject);
}

/* One more round whenever something was reached, as referrers may have referrers. */
static int reach_referrers(struct reach *r, struct referrer *all, size_t n, struct err *e)
{
    bool more = n > 0;

    while (more) {
        more = false;
        for (size_t i = 0; i < n; i++) {
            if (all[i].reached || !digest_set_has(&r->blobs, all[i].subject.text))
                continue;
            all[i].reached = more = true;
            TRY(reach_from(r, all[i].entry->digest.text, all[i].entry->media_type, e));
        }
    }
    return 0;
}

int reach_from_index(struct reach *r, const char *text, size_t len, struct err *e)
{
    cleanup(index_freep) struct index *index = NULL;
    auto_free struct referrer *referrers = NULL;
    size_t n = 0;

    TRY(index_parse(text, len, NULL, &index, e));
    referrers = calloc(index->count + 1, sizeof *referrers);
    if (!referrers)
        return no_memory(e);
    for (size_t i = 0; i < index->count; i++) {
        const struct descriptor *d = &index->manifests[i];

        referrers[n].entry = d;
        if (is_attached(r, d, &referrers[n].subject))
            n++;
        else
            TRY(reach_from(r, d->digest.text, d->media_type, e));
    }
    return reach_referrers(r, referrers, n, e);
}

int reach_from_leases(struct reach *r, struct err *e)
{
    cleanup(leases_freep) struct leases *leases = NULL;

    TRY(leases_read(r->store, &leases, e));
    for (size_t i = 0; i < leases->count; i++) {
        const struct held_lease *lease = &leases->items[i];

        TRY(reach_from(r, lease->manifest.text, NULL, e));
        for (size_t n = 0; n < lease->layer_count; n++)
            digest_set_add(&r->layers, lease->layers[n].text);
    }
    return r->layers.failed ? no_memory(e) : 0;
}

void reach_done(struct reach *r)
{
    digest_set_done(&r->blobs);
    digest_set_done(&r->layers);
    free(r->todo);
    r->todo = NULL;
}
