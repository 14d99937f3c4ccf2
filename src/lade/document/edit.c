// SPDX-License-Identifier: Apache-2.0
/* edit.c - changing documents as trees of JSON. */
#include "lade/document/edit.h"

#include "base/cleanup.h"

#include <errno.h>
#include <json-c/json.h>
#include <string.h>

static int no_memory(struct err *e)
{
    return err_os(e, ENOMEM, "change a document");
}

/* Takes value, also when it fails. */
static int set(struct json_object *o, const char *key, struct json_object *value, struct err *e)
{
    if (value && json_object_object_add(o, key, value) == 0)
        return 0;
    json_object_put(value);
    return no_memory(e);
}

/* The member when it has the type; absent and null are NULL. */
static int get(struct json_object *o, const char *key, enum json_type type,
               struct json_object **ret, struct err *e)
{
    struct json_object *value = json_object_object_get(o, key);

    if (value && !json_object_is_type(value, type))
        return err_set(e, ERR_INVALID, "%s is not %s", key,
                       type == json_type_array ? "an array" : "an object");
    *ret = value;
    return 0;
}

int edit_object(struct json_object *o, const char *key, struct json_object **ret, struct err *e)
{
    TRY(get(o, key, json_type_object, ret, e));
    if (*ret)
        return 0;
    TRY(set(o, key, json_object_new_object(), e));
    *ret = json_object_object_get(o, key);
    return 0;
}

int edit_text(struct json_object *o, const char *key, const char *value, struct err *e)
{
    if (value && *value)
        return set(o, key, json_object_new_string(value), e);
    json_object_object_del(o, key);
    return 0;
}

/* Takes item, also when it fails. */
static int append(struct json_object *array, struct json_object *item, struct err *e)
{
    if (item && json_object_array_add(array, item) == 0)
        return 0;
    json_object_put(item);
    return no_memory(e);
}

int edit_texts(struct json_object *o, const char *key, const char *const *items, size_t count,
               struct err *e)
{
    struct json_object *array;

    json_object_object_del(o, key);
    if (count == 0)
        return 0;
    TRY(set(o, key, json_object_new_array(), e));
    array = json_object_object_get(o, key);
    for (size_t i = 0; i < count; i++)
        TRY(append(array, json_object_new_string(items[i]), e));
    return 0;
}

/* Position of "NAME=…" in an array; its length when there is none. */
static size_t find_variable(struct json_object *array, const char *name, size_t len)
{
    size_t i, n = json_object_array_length(array);

    for (i = 0; i < n; i++) {
        const char *text = json_object_get_string(json_object_array_get_idx(array, i));

        if (text && strncmp(text, name, len) == 0 && (text[len] == '=' || !text[len]))
            break;
    }
    return i;
}

int edit_variable(struct json_object *o, const char *key, const char *assignment, struct err *e)
{
    size_t len = strcspn(assignment, "="), at;
    struct json_object *array = NULL, *item;

    if (len == 0 || !assignment[len])
        return err_set(e, ERR_INVALID, "'%.*s' is not NAME=VALUE", 200, assignment);
    TRY(get(o, key, json_type_array, &array, e));
    if (!array)
        return edit_texts(o, key, &assignment, 1, e);
    at = find_variable(array, assignment, len);
    if (at == json_object_array_length(array))
        return append(array, json_object_new_string(assignment), e);
    item = json_object_new_string(assignment);
    if (item && json_object_array_put_idx(array, at, item) == 0)
        return 0;
    json_object_put(item);
    return no_memory(e);
}

int edit_pair(struct json_object *o, const char *key, const char *assignment, struct err *e)
{
    size_t len = strcspn(assignment, "=");
    struct json_object *pairs;
    auto_buf name = { 0 };

    if (len == 0 || !assignment[len])
        return err_set(e, ERR_INVALID, "'%.*s' is not KEY=VALUE", 200, assignment);
    buf_add(&name, assignment, len);
    if (buf_failed(&name))
        return no_memory(e);
    TRY(edit_object(o, key, &pairs, e));
    return set(pairs, name.data, json_object_new_string(assignment + len + 1), e);
}

int edit_key(struct json_object *o, const char *key, const char *name, struct err *e)
{
    struct json_object *keys;

    TRY(edit_object(o, key, &keys, e));
    return set(keys, name, json_object_new_object(), e);
}

void edit_remove(struct json_object *o, const char *key, const char *name)
{
    struct json_object *value = json_object_object_get(o, key);

    if (json_object_is_type(value, json_type_object)) {
        json_object_object_del(value, name);
    } else if (json_object_is_type(value, json_type_array)) {
        size_t at = find_variable(value, name, strlen(name));

        if (at < json_object_array_length(value))
            json_object_array_del_idx(value, at, 1);
    }
}

int edit_write(struct json_object *o, struct buf *ret, struct err *e)
{
    size_t len;
    const char *text = json_object_to_json_string_length(
        o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);

    if (text)
        buf_add(ret, text, len);
    return text && !buf_failed(ret) ? 0 : no_memory(e);
}
