// SPDX-License-Identifier: Apache-2.0
/*
 * cmd_index.c - lade index: several images, one for each platform, under one name.
 *
 * Written anew as a tree of JSON, so that members we do not know stay.
 */
#include "lade/cli.h"

#include "base/cleanup.h"
#include "base/json_fields.h"
#include "lade/document/edit.h"
#include "lade/document/media_type.h"
#include "lade/name/reference.h"
#include "lade/store/image.h"

#include <json-c/json.h>
#include <string.h>

struct index_values {
    struct option_list annotations;
    bool force;
};

#define OPTION_VALUES struct index_values

static const struct option index_options[] = {
    LIST("a", "annotation", "KEY=VALUE", annotations,
         "set an annotation of the index (repeatable)"),
    SWITCH("f", "force", force, "create: take the name from another image that has it"),
    { 0 },
};

/* The index while it is changed. */
struct change {
    struct store *store;
    const struct store_names *names;
    struct json_object *root, *manifests; /* the second is part of the first */
};

static int no_memory(struct err *e)
{
    return err_os(e, ENOMEM, "change an index");
}

static const char *member(struct json_object *o, const char *key)
{
    struct json_object *value = json_object_object_get(o, key);

    return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
}

/* "linux/arm/v7" of an entry, or "" when it does not say. */
static void entry_platform(struct json_object *entry, char ret[PLATFORM_TEXT_SIZE])
{
    struct json_object *o = json_object_object_get(entry, "platform");
    struct platform p = { member(o, "os"), member(o, "architecture"), member(o, "variant"),
                          member(o, "os.version") };

    ret[0] = '\0';
    if (p.os && p.architecture) {
        p = platform_normalise(&p);
        platform_format(&p, ret);
    }
}

/* Takes entry. In place of what it has the digest or the platform of: two for one platform would
 * only hide one another. */
static int put_entry(struct change *c, struct json_object *entry, struct err *e)
{
    char mine[PLATFORM_TEXT_SIZE], its[PLATFORM_TEXT_SIZE];
    const char *digest = member(entry, "digest");

    entry_platform(entry, mine);
    for (size_t i = json_object_array_length(c->manifests); i-- > 0;) {
        struct json_object *other = json_object_array_get_idx(c->manifests, i);
        const char *other_digest = member(other, "digest");

        entry_platform(other, its);
        if ((other_digest && digest && strcmp(other_digest, digest) == 0) ||
            (mine[0] && strcmp(mine, its) == 0))
            json_object_array_del_idx(c->manifests, i, 1);
    }
    if (json_object_array_add(c->manifests, entry) == 0)
        return 0;
    json_object_put(entry);
    return no_memory(e);
}

static int set_platform(struct json_object *entry, const struct platform *p, struct err *e)
{
    struct json_object *o;

    TRY(edit_object(entry, "platform", &o, e));
    TRY(edit_text(o, "os", p->os, e));
    TRY(edit_text(o, "architecture", p->architecture, e));
    TRY(edit_text(o, "variant", p->variant, e));
    return edit_text(o, "os.version", p->os_version, e);
}

static int fill_entry(struct json_object *entry, const struct image *image, struct err *e)
{
    const struct descriptor *d = image->descriptor;

    TRY(edit_text(entry, "mediaType", d->media_type, e));
    TRY(edit_text(entry, "digest", d->digest.text, e));
    if (json_object_object_add(entry, "size", json_object_new_int64((int64_t)d->size)) < 0)
        return no_memory(e);
    TRY(edit_text(entry, "artifactType", manifest_artifact_type(image->manifest), e));
    return image->config ? set_platform(entry, &image->config->platform, e) : 0;
}

static int add_manifest(struct change *c, const struct descriptor *d, struct err *e)
{
    cleanup(json_putp) struct json_object *entry = json_object_new_object();
    auto_image *image = NULL;
    struct json_object *given;

    if (!entry)
        return no_memory(e);
    TRY(image_open(c->store, d, NULL, &image, e));
    TRY(fill_entry(entry, image, e));
    given = take_ptr(entry);
    return put_entry(c, given, e);
}

/* The images of an index one by one, as they are described there. */
static int add_index(struct change *c, const struct descriptor *d, struct err *e)
{
    cleanup(index_freep) struct index *checked = NULL;
    cleanup(json_putp) struct json_object *o = NULL;
    struct json_object *list;
    auto_free char *text = NULL;
    size_t len;

    TRY(store_read(c->store, d, "index", &text, &len, e));
    TRY(index_parse(text, len, d->media_type, &checked, e));
    TRY(json_parse(text, len, &o, e));
    list = json_object_object_get(o, "manifests");
    for (size_t i = 0; i < checked->count; i++)
        TRY(put_entry(c, json_object_get(json_object_array_get_idx(list, i)), e));
    return 0;
}

static int add_image(struct change *c, const char *text, struct err *e)
{
    const struct store_entry *entry;

    TRY(store_find(c->names, text, &entry, e));
    if (media_type_find(entry->descriptor->media_type)->kind == MEDIA_INDEX)
        return add_index(c, entry->descriptor, e);
    return add_manifest(c, entry->descriptor, e);
}

static int remove_image(struct change *c, const char *text, struct err *e)
{
    size_t before = json_object_array_length(c->manifests);

    for (size_t i = before; i-- > 0;) {
        struct json_object *entry = json_object_array_get_idx(c->manifests, i);
        const char *digest = member(entry, "digest");
        char platform[PLATFORM_TEXT_SIZE];

        entry_platform(entry, platform);
        if (strcmp(platform, text) == 0 || (digest && strcmp(digest, text) == 0))
            json_object_array_del_idx(c->manifests, i, 1);
    }
    if (json_object_array_length(c->manifests) == before)
        return err_set(e, ERR_NOT_FOUND, "the index holds neither digest nor platform '%s'", text);
    return 0;
}

/* What there is to change: a new index, or the one of that name. */
static int begin(struct change *c, const char *name, bool create, struct err *e)
{
    static const char empty[] =
        "{\"schemaVersion\":2,\"mediaType\":\"" MEDIA_OCI_INDEX "\",\"manifests\":[]}";
    cleanup(index_freep) struct index *checked = NULL;
    const struct store_entry *entry;
    auto_free char *text = NULL;
    size_t len;

    if (create)
        return json_parse(empty, strlen(empty), &c->root, e);
    TRY(store_find(c->names, name, &entry, e));
    if (media_type_find(entry->descriptor->media_type)->kind != MEDIA_INDEX)
        return err_set(e, ERR_INVALID, "'%s' is no index (see index create)", name);
    TRY(store_read(c->store, entry->descriptor, "index", &text, &len, e));
    TRY(index_parse(text, len, entry->descriptor->media_type, &checked, e));
    return json_parse(text, len, &c->root, e);
}

static int finish(struct change *c, const char *name, enum store_name_mode mode,
                  struct descriptor *ret, struct err *e)
{
    const char *type = member(c->root, "mediaType");
    auto_buf text = { 0 };

    *ret = (struct descriptor){ .media_type = (char *)(type ? type : MEDIA_OCI_INDEX) };
    TRY(edit_write(c->root, &text, e));
    ret->size = text.len;
    TRY(store_put(c->store, text.data, text.len, &ret->digest, e));
    return store_name(c->store, ret, name, mode, e);
}

static int change_index(struct cli *cli, const struct index_values *v, struct change *c,
                        struct err *e)
{
    const char *action = cli->args[0], *name = cli->args[1];
    bool create = strcmp(action, "create") == 0, take = strcmp(action, "rm") == 0;
    enum store_name_mode mode = create && !v->force ? STORE_NAME_NEW : STORE_NAME_REPLACE;
    char full[REFERENCE_TEXT_SIZE];
    struct descriptor result;
    struct reference r;

    if (!create && !take && strcmp(action, "add") != 0)
        return err_set(e, ERR_INVALID, "unknown action '%s' (create, add or rm)", action);
    TRY(reference_parse(name, &r, e));
    reference_format(&r, full);
    TRY(begin(c, name, create, e));
    c->manifests = json_object_object_get(c->root, "manifests");
    for (char **text = cli->args + 2; *text; text++)
        TRY(take ? remove_image(c, *text, e) : add_image(c, *text, e));
    for (size_t i = 0; i < v->annotations.n; i++)
        TRY(edit_pair(c->root, "annotations", v->annotations.items[i], e));
    TRY(finish(c, full, mode, &result, e));
    report_note(cli->report, "%s is %s", full, result.digest.text);
    return 0;
}

static int index_run(struct cli *cli, const void *values, struct err *e)
{
    cleanup(store_names_freep) struct store_names *names = NULL;
    auto_store *s = NULL;
    struct change c = { 0 };
    int rc;

    TRY(cli_open_store(cli, STORE_WRITE, &s, e));
    TRY(store_list(s, &names, e));
    c.store = s;
    c.names = names;
    rc = change_index(cli, values, &c, e);
    json_object_put(c.root);
    return rc;
}

const struct cli_command cmd_index = {
    .name = "index",
    .args = "create|add|rm NAME [IMAGE]...",
    .summary = "put images for several platforms under one name",
    .options = index_options,
    .values_size = sizeof(struct index_values),
    .min_args = 2,
    .max_args = ANY_ARGS,
    .run = index_run,
};
