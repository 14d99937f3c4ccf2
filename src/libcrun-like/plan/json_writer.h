// SPDX-License-Identifier: Apache-2.0
/*
 * json_writer.h - indented JSON in which every line is one thing, so that a diff reads well.
 *
 * Objects and arrays spread over lines, one member or item on each; a "flat" one and all inside it
 * stay on their line. Pass a NULL key for an item of an array. Inside plan/ only.
 */
#pragma once

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct json_writer {
    struct buf *out;
    unsigned depth, flat; /* open brackets; how many of them are flat */
    bool begun;           /* the innermost bracket has a member already */
};

/* bracket is '{' or '['; json_write_close() is given the matching one. */
void json_write_open(struct json_writer *w, const char *key, char bracket);
void json_write_open_flat(struct json_writer *w, const char *key, char bracket);
void json_write_close(struct json_writer *w, char bracket);

void json_write_text(struct json_writer *w, const char *key, const char *text); /* NULL: null */
void json_write_number(struct json_writer *w, const char *key, int64_t value);
void json_write_bool(struct json_writer *w, const char *key, bool value);
void json_write_null(struct json_writer *w, const char *key);
