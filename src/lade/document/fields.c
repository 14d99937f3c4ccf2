// SPDX-License-Identifier: Apache-2.0
/* fields.c - readers that several documents share. */
#include "lade/document/fields.h"

#include "base/cleanup.h"
#include "lade/document/media_type.h"

#include <json-c/json_object.h>
#include <json-c/json_object_iterator.h>
#include <string.h>

/* Like json_item_string(), but a null is an empty text. */
static int read_item(const struct json_at *at, void *ret, struct err *e)
{
    char **text = ret;

    if (at->value)
        return json_read_string(at, 0, text, e);
    *text = arena_strdup(at->doc->arena, "");
    return *text ? 0 : json_no_memory(e);
}

int text_list_read(const struct json_at *at, void *ret, struct err *e)
{
    struct text_list *list = ret;

    return json_read_array(at, sizeof *list->items, read_item, (void **)&list->items, &list->count,
                           e);
}

typedef int entry_reader(const struct json_at *at, size_t i, void *ret, struct err *e);

/* Every member of an object in turn. */
static int each_member(const struct json_at *at, entry_reader *read, void *ret, struct err *e)
{
    struct json_object_iterator i, end = json_object_iter_end(at->value);
    size_t n = 0;

    for (i = json_object_iter_begin(at->value); !json_object_iter_equal(&i, &end);
         json_object_iter_next(&i)) {
        struct json_at here = { .doc = at->doc, .parent = at };

        here.key = json_object_iter_peek_name(&i);
        here.value = json_object_iter_peek_value(&i);
        TRY(read(&here, n++, ret, e));
    }
    return 0;
}

static int read_key(const struct json_at *at, size_t i, void *ret, struct err *e)
{
    struct text_list *list = ret;

    list->items[i] = arena_strdup(at->doc->arena, at->key);
    return list->items[i] ? 0 : json_no_memory(e);
}

int key_list_read(const struct json_at *at, void *ret, struct err *e)
{
    struct text_list list = { 0 };

    if (!json_object_is_type(at->value, json_type_object))
        return json_error(at, e, "must be an object");
    list.count = (size_t)json_object_object_length(at->value);
    list.items = arena_new(at->doc->arena, list.count + 1, char *);
    if (!list.items)
        return json_no_memory(e);
    TRY(each_member(at, read_key, &list, e));
    *(struct text_list *)ret = list;
    return 0;
}

static int read_annotation(const struct json_at *at, size_t i, void *ret, struct err *e)
{
    struct annotations *all = ret;

    all->items[i].key = arena_strdup(at->doc->arena, at->key);
    if (!all->items[i].key)
        return json_no_memory(e);
    return read_item(at, &all->items[i].value, e);
}

int annotations_read(const struct json_at *at, void *ret, struct err *e)
{
    struct annotations all = { 0 };

    if (!json_object_is_type(at->value, json_type_object))
        return json_error(at, e, "must be an object");
    all.count = (size_t)json_object_object_length(at->value);
    all.items = arena_new(at->doc->arena, all.count + 1, struct annotation);
    if (!all.items)
        return json_no_memory(e);
    TRY(each_member(at, read_annotation, &all, e));
    *(struct annotations *)ret = all;
    return 0;
}

int digest_read(const struct json_at *at, void *ret, struct err *e)
{
    char *text = NULL;
    struct err why;

    TRY(json_read_string(at, 0, &text, e));
    if (digest_parse(text, ret, &why) < 0)
        return json_error(at, e, "has the %s", why.text);
    return 0;
}

static int check_type(const struct json_at *at, const struct document_claim *claim, struct err *e)
{
    const char *announced = claim->media_type;
    struct json_at type;
    char *said = NULL;

    if (announced && media_type_find(announced)->kind == MEDIA_SCHEMA1)
        return json_error_kind(at, e, ERR_UNSUPPORTED,
                               "is of Docker's schema 1, which is not supported");
    if (announced && (int)media_type_find(announced)->kind != claim->kind)
        return json_error(at, e, "was announced as '%.*s', which is no %s", 100, announced,
                          claim->name);
    if (!json_member(at, "mediaType", &type))
        return 0;
    TRY(json_read_string(&type, 0, &said, e));
    if (!*said)
        return 0;
    if (announced && !media_type_equal(said, announced))
        return json_error(&type, e, "is '%.*s', but '%.*s' was announced", 100, said, 100,
                          announced);
    if ((int)media_type_find(said)->kind != claim->kind)
        return json_error(&type, e, "is '%.*s', which is no %s", 100, said, claim->name);
    return 0;
}

int document_check(const struct json_at *at, const struct document_claim *claim, struct err *e)
{
    struct json_at member;

    if (!json_object_is_type(at->value, json_type_object))
        return json_error(at, e, "must be an object");
    if (json_member(at, "fsLayers", &member) || json_member(at, "signatures", &member))
        return json_error_kind(at, e, ERR_UNSUPPORTED,
                               "is of Docker's schema 1, which is not supported");
    TRY(check_type(at, claim, e));
    for (const char *const *name = claim->foreign; *name; name++)
        if (json_member(at, *name, &member))
            return json_error(&member, e, "must not be there: this is a document of two kinds");
    return 0;
}
