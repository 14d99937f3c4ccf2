// SPDX-License-Identifier: Apache-2.0
/* naming.c - changing index.json: names that come, move and go. What else is in there stays. */
#include "lade/store/naming.h"

#include "base/json_fields.h"
#include "lade/document/index.h"

#include <string.h>

enum { NAME_MAX_LENGTH = 512 };

int index_edit_begin(struct store *s, struct index_edit *ret, struct err *e)
{
    cleanup(index_freep) struct index *checked = NULL;
    auto_free char *text = NULL;
    auto_json *root = NULL;
    struct json_object *manifests;
    size_t len;

    TRY(read_index(s, &text, &len, e));
    /* Members that we know are of the right types then, below as well. */
    if (index_parse(text, len, NULL, &checked, e) < 0 || json_parse(text, len, &root, e) < 0)
        return err_wrap(e, "'%s/index.json'", s->path);
    manifests = json_object_object_get(root, "manifests");
    if (!manifests) {
        manifests = json_object_new_array();
        if (!manifests)
            return err_os(e, ENOMEM, "change '%s/index.json'", s->path);
        json_object_object_add(root, "manifests", manifests);
    }
    *ret = (struct index_edit){ s, take_ptr(root), manifests };
    return 0;
}

void index_edit_done(struct index_edit *x)
{
    json_object_put(x->root);
    x->root = NULL;
}

int index_edit_end(struct index_edit *x, struct err *e)
{
    const char *text =
        json_object_to_json_string_ext(x->root, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
                                                    JSON_C_TO_STRING_NOSLASHESCAPE);

    if (!text)
        return err_os(e, ENOMEM, "change '%s/index.json'", x->store->path);
    return write_durably(x->store->dir, "index.json", text, strlen(text), e);
}

static const char *member(struct json_object *o, const char *key)
{
    struct json_object *value = json_object_object_get(o, key);

    return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
}

const char *index_edit_digest(struct index_edit *x, size_t i)
{
    const char *digest = member(json_object_array_get_idx(x->manifests, i), "digest");

    return digest ? digest : "";
}

/* The same choice as descriptor_name(). */
const char *index_edit_name(struct index_edit *x, size_t i)
{
    struct json_object *annotations =
        json_object_object_get(json_object_array_get_idx(x->manifests, i), "annotations");
    const char *name = member(annotations, ANNOTATION_CONTAINERD_NAME);

    if (!name || !*name)
        name = member(annotations, ANNOTATION_REF_NAME);
    return name && *name ? name : NULL;
}

/* name NULL: take it away. 0 or -ENOMEM. */
static int set_name(struct json_object *entry, const char *name)
{
    struct json_object *annotations = json_object_object_get(entry, "annotations");

    if (!annotations && !name)
        return 0;
    if (!annotations) {
        annotations = json_object_new_object();
        if (!annotations || json_object_object_add(entry, "annotations", annotations) < 0)
            return -ENOMEM;
    }
    json_object_object_del(annotations, ANNOTATION_CONTAINERD_NAME);
    json_object_object_del(annotations, ANNOTATION_REF_NAME);
    if (!name)
        return 0;
    return json_object_object_add(annotations, ANNOTATION_REF_NAME, json_object_new_string(name));
}

static struct json_object *new_annotations(const struct descriptor *d)
{
    struct json_object *o = json_object_new_object();

    for (size_t i = 0; o && i < d->annotations.count; i++)
        json_object_object_add(o, d->annotations.items[i].key,
                               json_object_new_string(d->annotations.items[i].value));
    return o;
}

static struct json_object *new_entry(const struct descriptor *d)
{
    struct json_object *o = json_object_new_object();

    if (!o)
        return NULL;
    json_object_object_add(o, "mediaType", json_object_new_string(d->media_type));
    json_object_object_add(o, "digest", json_object_new_string(d->digest.text));
    json_object_object_add(o, "size", json_object_new_int64((int64_t)d->size));
    if (d->artifact_type)
        json_object_object_add(o, "artifactType", json_object_new_string(d->artifact_type));
    if (d->annotations.count)
        json_object_object_add(o, "annotations", new_annotations(d));
    return o;
}

size_t index_edit_find(struct index_edit *x, const char *digest, const char *name)
{
    size_t i, n = json_object_array_length(x->manifests);

    for (i = 0; i < n; i++) {
        const char *its = index_edit_name(x, i);
        bool same = !name || (*name ? its && strcmp(its, name) == 0 : !its);

        if (same && (!digest || strcmp(index_edit_digest(x, i), digest) == 0))
            break;
    }
    return i;
}

size_t index_edit_count(struct index_edit *x)
{
    return json_object_array_length(x->manifests);
}

void index_edit_drop(struct index_edit *x, size_t i)
{
    json_object_array_del_idx(x->manifests, i, 1);
}

/* The image stays: without a name, unless it has another entry. */
static int release_name(struct index_edit *x, size_t i)
{
    size_t n = json_object_array_length(x->manifests);

    for (size_t other = 0; other < n; other++)
        if (other != i && strcmp(index_edit_digest(x, other), index_edit_digest(x, i)) == 0) {
            index_edit_drop(x, i);
            return 0;
        }
    return set_name(json_object_array_get_idx(x->manifests, i), NULL);
}

static int add_entry(struct index_edit *x, const struct descriptor *d, const char *name)
{
    size_t n = json_object_array_length(x->manifests);
    size_t unnamed = index_edit_find(x, d->digest.text, "");
    struct json_object *entry;

    if (unnamed < n)
        return set_name(json_object_array_get_idx(x->manifests, unnamed), name);
    entry = new_entry(d);
    if (!entry)
        return -ENOMEM;
    if (set_name(entry, name) < 0 || json_object_array_add(x->manifests, entry) < 0) {
        json_object_put(entry);
        return -ENOMEM;
    }
    return 0;
}

/* image-spec annotations.md, "ref.name", gives the characters; other tools refuse the rest. */
static int check_name(const char *name, struct err *e)
{
    static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                               "-._:@/+";
    size_t len = strlen(name);

    if (len == 0 || len > NAME_MAX_LENGTH || strspn(name, good) != len || strchr("-._:@/+", *name))
        return err_set(e, ERR_INVALID, "'%.*s' can't be the name of an image", 200, name);
    return 0;
}

static int name_it(struct index_edit *x, const struct descriptor *d, const char *name,
                   enum store_name_mode mode, struct err *e)
{
    size_t n = index_edit_count(x),
           there = name ? index_edit_find(x, NULL, name) : index_edit_find(x, d->digest.text, NULL);
    int rc = 0;

    if (there < n && strcmp(index_edit_digest(x, there), d->digest.text) == 0)
        return 0;
    if (there < n && mode == STORE_NAME_NEW)
        return err_set(e, ERR_EXISTS, "'%.*s' means another image already (--force replaces it)",
                       200, name);
    if (there < n)
        rc = release_name(x, there);
    if (rc == 0)
        rc = add_entry(x, d, name);
    return rc < 0 ? err_os(e, rc, "change '%s/index.json'", x->store->path) : 1;
}

int store_name(struct store *s, const struct descriptor *d, const char *name,
               enum store_name_mode mode, struct err *e)
{
    auto_fd lock = -EBADF;
    auto_index_edit x = { 0 };
    int changed;

    if (name)
        TRY(check_name(name, e));
    lock = store_lock(s, LOCK_EX, e);
    TRY(lock);
    TRY(index_edit_begin(s, &x, e));
    /* Without the store's lock again, which store_has() would take: we have it. */
    if (!touch_blob(s, &d->digest)) {
        uint64_t size;
        auto_fd fd = store_open_blob(s, &d->digest, &size, e);

        TRY(fd); /* in a factory, or nowhere */
    }
    changed = name_it(&x, d, name, mode, e);
    TRY(changed);
    return changed ? index_edit_end(&x, e) : 0;
}

int store_unname(struct store *s, const char *name, struct err *e)
{
    auto_fd lock = store_lock(s, LOCK_EX, e);
    auto_index_edit x = { 0 };
    size_t i;

    TRY(lock);
    TRY(index_edit_begin(s, &x, e));
    i = index_edit_find(&x, NULL, name);
    if (i == index_edit_count(&x))
        return err_set(e, ERR_NOT_FOUND, "there is no image '%.*s'", 200, name);
    if (release_name(&x, i) < 0)
        return err_os(e, ENOMEM, "change '%s/index.json'", s->path);
    return index_edit_end(&x, e);
}
