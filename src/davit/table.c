// SPDX-License-Identifier: Apache-2.0
/* table.c - a JSON array of objects as a table for people. */
#include "davit/table.h"

#include <string.h>

const char *table_cell(json_object *row, const char *key)
{
    json_object *value = json_object_object_get(row, key);

    return value ? json_object_get_string(value) : "";
}

/* A bundle's path may hold anything; in a table it must stay on its line. */
static void add_printable(struct buf *b, const char *text)
{
    for (; *text; text++) {
        bool control = (unsigned char)*text < 0x20 || *text == 0x7f;

        buf_add(b, control ? "?" : text, 1);
    }
}

/* No white space at line ends, also where the last columns are empty. */
static void end_line(struct buf *b)
{
    while (b->len && b->data[b->len - 1] == ' ')
        b->len--;
    buf_puts(b, "\n");
}

/* The last column is not padded. */
static void add_cell(struct buf *b, bool last, const char *text, size_t width)
{
    add_printable(b, text);
    if (!last)
        buf_printf(b, "%*s", (int)(width - strlen(text) + 2), "");
    else
        end_line(b);
}

void table_add(struct buf *b, json_object *list, const struct table_column *columns, size_t count)
{
    size_t width[TABLE_COLUMNS_MAX], n = json_object_array_length(list);

    for (size_t c = 0; c < count; c++) {
        width[c] = strlen(columns[c].title);
        for (size_t i = 0; i < n; i++) {
            size_t len = strlen(table_cell(json_object_array_get_idx(list, i), columns[c].key));

            width[c] = len > width[c] ? len : width[c];
        }
    }
    for (size_t c = 0; c < count; c++)
        add_cell(b, c + 1 == count, columns[c].title, width[c]);
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < count; c++)
            add_cell(b, c + 1 == count,
                     table_cell(json_object_array_get_idx(list, i), columns[c].key), width[c]);
}
