// SPDX-License-Identifier: Apache-2.0
/* json_fields.c - JSON into C structs by tables, with errors that say where. */
#include "base/json_fields.h"

#include "base/cleanup.h"
#include "base/fmt.h"
#include "base/json_path.h"
#include "base/json_scan.h"

#include <json-c/json.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>

/* How much of a text from the document is quoted in an error. */
enum { TEXT_SHOWN = 80 };

static void cleanup_tokener(struct json_tokener **t)
{
    if (*t)
        json_tokener_free(*t);
}

void json_putp(struct json_object **o)
{
    json_object_put(*o);
    *o = NULL;
}

int json_parse(const char *text, size_t len, struct json_object **ret, struct err *e)
{
    cleanup(cleanup_tokener) struct json_tokener *t = NULL;
    struct json_object *o;

    TRY(json_scan(text, len, e));
    if (len > INT_MAX)
        return err_set(e, ERR_INVALID, "invalid JSON: larger than %d bytes", INT_MAX);
    /* Depth has been limited by the scan; json-c counts levels a little differently. */
    t = json_tokener_new_ex(128);
    if (!t)
        return json_no_memory(e);
    json_tokener_set_flags(t, JSON_TOKENER_STRICT);
    o = json_tokener_parse_ex(t, text, (int)len);
    /* A number at the very end could go on: json-c wants to be told that it does not. */
    if (json_tokener_get_error(t) == json_tokener_continue)
        o = json_tokener_parse_ex(t, "", 1);
    if (json_tokener_get_error(t) != json_tokener_success)
        return err_set(e, ERR_INVALID, "invalid JSON: %s",
                       json_tokener_error_desc(json_tokener_get_error(t)));
    *ret = o;
    return 0;
}

static void path_of(const struct json_at *at, struct json_path *path)
{
    if (at->parent)
        path_of(at->parent, path);
    else if (at->doc->name)
        json_path_key(path, at->doc->name, strlen(at->doc->name));
    if (at->key)
        json_path_key(path, at->key, strlen(at->key));
    else if (at->parent)
        json_path_index(path, at->index);
}

static int verdict(const struct json_at *at, struct err *e, enum err_kind kind, const char *f,
                   va_list args)
{
    struct json_path path = { 0 };
    char what[ERR_TEXT_MAX];
    int rc;

    path_of(at, &path);
    fmt_v(what, sizeof what, f, args);
    rc = err_set(e, kind, "%s %s", path.len ? path.text : "the top-level value", what);
    /* Texts of the document are quoted here: they must not break the line or the terminal. */
    for (char *p = e->text; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            *p = '?';
    return rc;
}

int json_error(const struct json_at *at, struct err *e, const char *f, ...)
{
    va_list args;
    int rc;

    va_start(args, f);
    rc = verdict(at, e, ERR_INVALID, f, args);
    va_end(args);
    return rc;
}

int json_error_kind(const struct json_at *at, struct err *e, enum err_kind kind, const char *f, ...)
{
    va_list args;
    int rc;

    va_start(args, f);
    rc = verdict(at, e, kind, f, args);
    va_end(args);
    return rc;
}

int json_no_memory(struct err *e)
{
    return err_os(e, ENOMEM, "parse JSON");
}

bool json_member(const struct json_at *at, const char *key, struct json_at *ret)
{
    struct json_object *value;

    if (!json_object_is_type(at->value, json_type_object) ||
        !json_object_object_get_ex(at->value, key, &value) || !value)
        return false;
    *ret = (struct json_at){ .doc = at->doc, .parent = at, .key = key, .value = value };
    return true;
}

int json_read_bool(const struct json_at *at, bool *ret, struct err *e)
{
    if (!json_object_is_type(at->value, json_type_boolean))
        return json_error(at, e, "must be a boolean");
    *ret = json_object_get_boolean(at->value);
    return 0;
}

int json_read_string(const struct json_at *at, unsigned flags, char **ret, struct err *e)
{
    const char *text;
    char *copy;

    if (!json_object_is_type(at->value, json_type_string))
        return json_error(at, e, "must be a string");
    text = json_object_get_string(at->value);
    if ((flags & JSON_EMPTY_NULL) && !*text)
        return 0;
    if ((flags & (JSON_NOT_EMPTY | JSON_ABSOLUTE)) && !*text)
        return json_error(at, e, "must not be empty");
    if ((flags & JSON_ABSOLUTE) && *text != '/')
        return json_error(at, e, "must be an absolute path, not '%.*s'", TEXT_SHOWN, text);
    copy = arena_memdup(at->doc->arena, text, (size_t)json_object_get_string_len(at->value));
    if (!copy)
        return json_no_memory(e);
    *ret = copy;
    return 0;
}

int json_item_string(const struct json_at *at, void *ret, struct err *e)
{
    return json_read_string(at, 0, ret, e);
}

int json_item_not_empty(const struct json_at *at, void *ret, struct err *e)
{
    return json_read_string(at, JSON_NOT_EMPTY, ret, e);
}

int json_item_absolute(const struct json_at *at, void *ret, struct err *e)
{
    return json_read_string(at, JSON_ABSOLUTE, ret, e);
}

int json_read_int(const struct json_at *at, int64_t min, uint64_t max, uint64_t *ret, struct err *e)
{
    const char *type = min < 0 ? "an integer" : "an unsigned integer";
    int64_t value;
    uint64_t bits;

    if (!json_object_is_type(at->value, json_type_int))
        return json_error(at, e, "must be %s", type);
    value = json_object_get_int64(at->value);
    bits = value < 0 ? (uint64_t)value : json_object_get_uint64(at->value);
    if (value < 0 ? value >= min : bits <= max && (min <= 0 || bits >= (uint64_t)min)) {
        *ret = bits;
        return 0;
    }
    if (min == 0 && max == UINT64_MAX)
        return json_error(at, e, "must be %s", type);
    return json_error(at, e, "must be between %lld and %llu", (long long)min,
                      (unsigned long long)max);
}

int json_read_word(const struct json_at *at, const struct json_word *words, size_t n, int64_t *ret,
                   struct err *e)
{
    const char *text;

    if (!json_object_is_type(at->value, json_type_string))
        return json_error(at, e, "must be a string");
    text = json_object_get_string(at->value);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(words[i].text, text) == 0) {
            *ret = words[i].value;
            return 0;
        }
    }
    return json_error(at, e, "has the unknown value '%.*s'", TEXT_SHOWN, text);
}

int json_read_array(const struct json_at *at, size_t size, json_reader *item, void **ret,
                    size_t *ret_count, struct err *e)
{
    size_t n;
    char *items;

    if (!json_object_is_type(at->value, json_type_array))
        return json_error(at, e, "must be an array");
    n = json_object_array_length(at->value);
    if (n == 0)
        return 0;
    items = arena_alloc(at->doc->arena, n, size);
    if (!items)
        return json_no_memory(e);
    for (size_t i = 0; i < n; i++) {
        struct json_at here = { .doc = at->doc, .parent = at, .index = i };

        here.value = json_object_array_get_idx(at->value, i);
        TRY(item(&here, items + i * size, e));
    }
    *ret = items;
    *ret_count = n;
    return 0;
}

static void store(void *where, size_t size, uint64_t bits)
{
    uint8_t b8 = (uint8_t)bits;
    uint16_t b16 = (uint16_t)bits;
    uint32_t b32 = (uint32_t)bits;

    memcpy(where,
           size == 1   ? (void *)&b8
           : size == 2 ? (void *)&b16
           : size == 4 ? (void *)&b32
                       : (void *)&bits,
           size);
}

static int read_field(const struct json_at *at, const struct json_field *f, char *base,
                      struct err *e)
{
    void *member = base + f->offset;
    uint64_t bits;
    int64_t word;

    switch (f->kind) {
    case JSON_BOOL:
        return json_read_bool(at, member, e);
    case JSON_INT:
        TRY(json_read_int(at, f->min, f->max, &bits, e));
        store(member, f->size, bits);
        if (f->flags & JSON_HAS)
            *(bool *)(base + f->also) = true;
        return 0;
    case JSON_STRING:
        return json_read_string(at, f->flags, member, e);
    case JSON_WORD:
        TRY(json_read_word(at, f->words, f->word_count, &word, e));
        store(member, f->size, (uint64_t)word);
        return 0;
    case JSON_ARRAY:
        TRY(json_read_array(at, f->size, f->read, member, (size_t *)(base + f->also), e));
        if ((f->flags & JSON_NOT_EMPTY) && *(size_t *)(base + f->also) == 0)
            return json_error(at, e, "must not be empty");
        return 0;
    case JSON_OTHER:
        return f->read(at, member, e);
    }
    return 0;
}

int json_read_fields(const struct json_at *at, const struct json_field *fields, size_t n, void *ret,
                     struct err *e)
{
    if (!json_object_is_type(at->value, json_type_object))
        return json_error(at, e, "must be an object");
    for (size_t i = 0; i < n; i++) {
        struct json_at here;

        if (json_member(at, fields[i].name, &here)) {
            TRY(read_field(&here, &fields[i], ret, e));
        } else if (fields[i].flags & JSON_REQUIRED) {
            here = (struct json_at){ .doc = at->doc, .parent = at, .key = fields[i].name };
            return json_error(&here, e, "is required");
        }
    }
    return 0;
}
