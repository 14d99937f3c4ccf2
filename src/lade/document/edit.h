// SPDX-License-Identifier: Apache-2.0
/*
 * edit.h - changing image configs and manifests without losing what we do not know.
 *
 * A document is changed as a tree of JSON and written anew, so unknown members stay (image-spec
 * "extensibility"). Functions return 0 or a negative errno with *e filled.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "lade/document/descriptor.h"

#include <stdbool.h>

struct json_object;

/* The object at key below o, made when missing. ERR_INVALID when something else is there. */
int edit_object(struct json_object *o, const char *key, struct json_object **ret, struct err *e);

/* Set a text; NULL or "" takes the member away. */
int edit_text(struct json_object *o, const char *key, const char *value, struct err *e);

/* Replace a list of texts; none takes the member away. */
int edit_texts(struct json_object *o, const char *key, const char *const *items, size_t count,
               struct err *e);

/* "NAME=VALUE" into a list of such (Env): in place of the same NAME, else at the end. */
int edit_variable(struct json_object *o, const char *key, const char *assignment, struct err *e);

/* "KEY=VALUE" into an object of texts (Labels, annotations). */
int edit_pair(struct json_object *o, const char *key, const char *assignment, struct err *e);

/* A key with an empty object as its value (Volumes, ExposedPorts). */
int edit_key(struct json_object *o, const char *key, const char *name, struct err *e);

/* The same, the other way: take an item of any of these three away. Absent is fine. */
void edit_remove(struct json_object *o, const char *key, const char *name);

/* Compact text of a document. */
int edit_write(struct json_object *o, struct buf *ret, struct err *e);
