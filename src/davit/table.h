// SPDX-License-Identifier: Apache-2.0
/* table.h - a JSON array of objects as a table for people. */
#pragma once

#include "base/buf.h"

#include <json-c/json.h>

enum { TABLE_COLUMNS_MAX = 8 };

struct table_column {
    const char *title, *key;
};

/* "" for what is missing. The text is row's. */
const char *table_cell(json_object *row, const char *key);

/* One line for the titles and one for each object; count is at most TABLE_COLUMNS_MAX. */
void table_add(struct buf *b, json_object *list, const struct table_column *columns, size_t count);
