// SPDX-License-Identifier: Apache-2.0
/* table.c - rows of text, set in columns. */
#include "cli/table.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { COLUMNS_MAX = 16 };

void table_add(struct table *t, const char *cell)
{
    buf_add(&t->cells, cell, strlen(cell) + 1);
    t->count++;
}

void table_printf(struct table *t, const char *fmt, ...)
{
    char cell[512];
    va_list args;

    va_start(args, fmt);
    vsnprintf(cell, sizeof cell, fmt, args);
    va_end(args);
    table_add(t, cell);
}

/* Columns on a terminal: continuation bytes take no place of their own. */
static size_t width_of(const char *cell)
{
    size_t n = 0;

    for (; *cell; cell++)
        n += ((unsigned char)*cell & 0xc0) != 0x80;
    return n;
}

/* No white space at line ends, also where the last columns are empty. */
static void end_line(struct buf *to)
{
    while (to->len && to->data[to->len - 1] == ' ')
        to->data[--to->len] = '\0';
    buf_puts(to, "\n");
}

void table_write(const struct table *t, struct buf *to)
{
    size_t widths[COLUMNS_MAX] = { 0 };
    const char *cell = t->cells.data;

    if (buf_failed(&t->cells))
        to->failed = true;
    if (buf_failed(&t->cells) || t->columns > COLUMNS_MAX)
        return;
    for (size_t i = 0; i < t->count; i++, cell += strlen(cell) + 1) {
        size_t width = width_of(cell), *widest = &widths[i % t->columns];

        *widest = width > *widest ? width : *widest;
    }
    cell = t->cells.data;
    for (size_t i = 0; i < t->count; i++, cell += strlen(cell) + 1) {
        size_t column = i % t->columns;

        add_printable(to, cell);
        if (column + 1 < t->columns)
            buf_printf(to, "%*s", (int)(widths[column] - width_of(cell) + 2), "");
        else
            end_line(to);
    }
}

void table_done(struct table *t)
{
    buf_done(&t->cells);
    t->count = 0;
}

void add_printable(struct buf *to, const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        bool c1 = p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0;

        if (*p < 0x20 || *p == 0x7f || c1)
            buf_puts(to, "?");
        else
            buf_add(to, p, 1);
        p += c1;
    }
}
