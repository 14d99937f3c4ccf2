// SPDX-License-Identifier: Apache-2.0
/* json_table.h - a JSON array of objects as a table for people. */
#pragma once

#include "base/buf.h"

#include <json-c/json.h>

struct table_column {
    const char *title, *key;
};

/* "" for what is missing. The text is row's. */
const char *json_table_cell(json_object *row, const char *key);

/* One line for the titles and one for each object. */
void json_table_add(struct buf *b, json_object *list, const struct table_column *columns,
                    size_t count);
