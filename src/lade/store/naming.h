// SPDX-License-Identifier: Apache-2.0
/* naming.h - index.json while it is being changed; the store's exclusive lock is held for that. */
#pragma once

#include "lade/store/inside.h"

struct index_edit {
    struct store *store;
    struct json_object *root, *manifests; /* the second is part of the first */
};

int index_edit_begin(struct store *s, struct index_edit *ret, struct err *e);
/* Write what was changed. */
int index_edit_end(struct index_edit *x, struct err *e);
void index_edit_done(struct index_edit *x);
#define auto_index_edit __attribute__((__cleanup__(index_edit_done))) struct index_edit

/* Entries by position. Texts last until the entry is changed. */
size_t index_edit_count(struct index_edit *x);
const char *index_edit_digest(struct index_edit *x, size_t i);
const char *index_edit_name(struct index_edit *x, size_t i); /* NULL: none */
void index_edit_drop(struct index_edit *x, size_t i);

/* The first entry of that digest (NULL: any) and name (NULL: any, "": none); the count when there
 * is none. */
size_t index_edit_find(struct index_edit *x, const char *digest, const char *name);
