// SPDX-License-Identifier: Apache-2.0
/*
 * json_fields.h - JSON into C structs by tables, with errors that say where.
 *
 * A reader takes a json_at (a value and the way to it) and fills something in C. Reading an object
 * is a table of fields; null is the same as absent; what a table does not name is ignored. Texts
 * and arrays are made in the document's arena.
 *
 *     static const struct json_field fields[] = {
 *         FIELD_STRING(struct hook, path, "path", JSON_REQUIRED | JSON_ABSOLUTE),
 *         FIELD_INT(struct hook, timeout, "timeout", 1, UINT32_MAX, 0),
 *     };
 *     TRY(json_read_fields(at, fields, ARRAY_SIZE(fields), hook, e));
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_object;

/* What all readers of one document share. */
struct json_doc {
    const char *name; /* begins every path; NULL for a document whose members begin it */
    struct arena *arena;
    void *user; /* the caller's */
};

struct json_at {
    const struct json_doc *doc;
    const struct json_at *parent; /* NULL at the top */
    const char *key;              /* NULL for an array's item, which has an index */
    size_t index;
    struct json_object *value;
};

typedef int json_reader(const struct json_at *at, void *ret, struct err *e);

/* A word and the number that stands for it. */
struct json_word {
    const char *text;
    int64_t value;
};

enum json_kind {
    JSON_BOOL,
    JSON_INT,    /* any integer type, min..max */
    JSON_STRING, /* char * */
    JSON_WORD,   /* one of words, stored in any integer type */
    JSON_ARRAY,  /* pointer and count; read does one item of size bytes */
    JSON_OTHER,  /* read does it all */
};

enum json_flags {
    JSON_REQUIRED = 1,
    JSON_NOT_EMPTY = 2,  /* strings and arrays */
    JSON_ABSOLUTE = 4,   /* strings: an absolute path */
    JSON_EMPTY_NULL = 8, /* strings: "" is the same as absent */
    JSON_HAS = 16,       /* integers: set the bool at also */
};

struct json_field {
    const char *name;
    enum json_kind kind;
    unsigned flags;
    size_t offset, size, also;
    int64_t min;
    uint64_t max;
    const struct json_word *words;
    size_t word_count;
    json_reader *read;
};

/* clang-format off */
#define FIELD_AT_(T, m, name_, kind_, flags_)                                                      \
    .name = name_, .kind = kind_, .flags = flags_, .offset = offsetof(T, m),                       \
    .size = sizeof(((T *)0)->m)
#define FIELD_BOOL(T, m, name, flags)   { FIELD_AT_(T, m, name, JSON_BOOL, flags) }
#define FIELD_STRING(T, m, name, flags) { FIELD_AT_(T, m, name, JSON_STRING, flags) }
#define FIELD_INT(T, m, name, min_, max_, flags)                                                   \
    { FIELD_AT_(T, m, name, JSON_INT, flags), .min = min_, .max = max_ }
/* m is a struct { bool has; <integer> value; } */
#define FIELD_OPT(T, m, name, min_, max_, flags)                                                   \
    { FIELD_AT_(T, m.value, name, JSON_INT, (flags) | JSON_HAS), .also = offsetof(T, m.has),       \
      .min = min_, .max = max_ }
#define FIELD_WORD(T, m, name, table, flags)                                                       \
    { FIELD_AT_(T, m, name, JSON_WORD, flags), .words = table,                                     \
      .word_count = sizeof(table) / sizeof((table)[0]) }
/* An array of things: T.m points to the first, T.count tells how many. */
#define FIELD_ARRAY(T, m, count, name_, item_reader, flags_)                                       \
    { .name = name_, .kind = JSON_ARRAY, .flags = flags_, .offset = offsetof(T, m),                \
      .also = offsetof(T, count), .size = sizeof(*((T *)0)->m), .read = item_reader }
#define FIELD_OTHER(T, m, name, reader, flags)                                                     \
    { FIELD_AT_(T, m, name, JSON_OTHER, flags), .read = reader }
/* The reader gets the whole struct instead of a member. */
#define FIELD_WHOLE(name_, reader, flags_)                                                         \
    { .name = name_, .kind = JSON_OTHER, .flags = flags_, .read = reader }
/* clang-format on */

/*
 * Check with json_scan(), then parse. The document "null" gives NULL, which every reader but
 * json_member() refuses. Release *ret with json_object_put() or by json_putp().
 */
int json_parse(const char *text, size_t len, struct json_object **ret, struct err *e);
void json_putp(struct json_object **o);

/* Fill *e with the path and the verdict: "process.cwd" + " " + "must be ...". One line, always. */
int json_error(const struct json_at *at, struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
int json_error_kind(const struct json_at *at, struct err *e, enum err_kind kind, const char *fmt,
                    ...) __attribute__((format(printf, 4, 5)));
int json_no_memory(struct err *e);

/* False when at is no object or the member is absent or null. at must outlive *ret. */
bool json_member(const struct json_at *at, const char *key, struct json_at *ret);

/* Read an object into the struct at ret. Absent fields leave it alone. */
int json_read_fields(const struct json_at *at, const struct json_field *fields, size_t n, void *ret,
                     struct err *e);

/* Read an array of items of size bytes each into the arena. */
int json_read_array(const struct json_at *at, size_t size, json_reader *item, void **ret,
                    size_t *ret_count, struct err *e);

int json_read_bool(const struct json_at *at, bool *ret, struct err *e);
int json_read_string(const struct json_at *at, unsigned flags, char **ret, struct err *e);

/* *ret holds the bits of an int64_t when the number is negative. */
int json_read_int(const struct json_at *at, int64_t min, uint64_t max, uint64_t *ret,
                  struct err *e);
int json_read_word(const struct json_at *at, const struct json_word *words, size_t n, int64_t *ret,
                   struct err *e);

/* Readers of one array item, a char *: any text; not empty; an absolute path. */
json_reader json_item_string, json_item_not_empty, json_item_absolute;
