// SPDX-License-Identifier: Apache-2.0
/*
 * json_write.h - JSON written member by member into a buf, indented for people.
 *
 * In an object every value has a key, in an array none (NULL). Running out of memory shows in the
 * buf's own flag, so calls need no checks in between.
 */
#pragma once

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { JSON_WRITE_DEPTH = 16 };

struct json_writer {
    struct buf *to;
    unsigned depth;
    char closing[JSON_WRITE_DEPTH]; /* '}' or ']' */
    bool empty;                     /* nothing was written yet where the next value goes */
};

/* Starts an object ('{') or an array ('['). */
void json_begin(struct json_writer *w, const char *key, char opening);
void json_end(struct json_writer *w);

/* A string; NULL writes nothing, so that what is not known is absent. */
void json_put_string(struct json_writer *w, const char *key, const char *value);
/* A string of len bytes. */
void json_put_text(struct json_writer *w, const char *key, const char *value, size_t len);
void json_put_int(struct json_writer *w, const char *key, int64_t value);
void json_put_uint(struct json_writer *w, const char *key, uint64_t value);
void json_put_bool(struct json_writer *w, const char *key, bool value);
/* A value that is JSON already. */
void json_put_raw(struct json_writer *w, const char *key, const char *json);
