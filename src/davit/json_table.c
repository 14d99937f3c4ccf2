// SPDX-License-Identifier: Apache-2.0
/* json_table.c - a JSON array of objects as a table for people. */
#include "davit/json_table.h"

#include "cli/table.h"

const char *json_table_cell(json_object *row, const char *key)
{
    json_object *value = json_object_object_get(row, key);

    return value ? json_object_get_string(value) : "";
}

void json_table_add(struct buf *b, json_object *list, const struct table_column *columns,
                    size_t count)
{
    auto_table t = { .columns = count };

    for (size_t c = 0; c < count; c++)
        table_add(&t, columns[c].title);
    for (size_t i = 0; i < json_object_array_length(list); i++)
        for (size_t c = 0; c < count; c++)
            table_add(&t, json_table_cell(json_object_array_get_idx(list, i), columns[c].key));
    table_write(&t, b);
}
