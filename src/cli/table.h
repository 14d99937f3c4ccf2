// SPDX-License-Identifier: Apache-2.0
/*
 * table.h - rows of text for people: columns as wide as their widest cell, two spaces between.
 *
 * Cells may hold anything; in a table control characters show as question marks, so that a name
 * from outside can neither break the line nor move the cursor.
 */
#pragma once

#include "base/buf.h"

#include <stddef.h>

struct table {
    size_t columns;
    struct buf cells; /* each ends with a NUL */
    size_t count;
};

/* The first row is the titles. */
void table_add(struct table *t, const char *cell);
void table_printf(struct table *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void table_write(const struct table *t, struct buf *to);
void table_done(struct table *t);
#define auto_table __attribute__((__cleanup__(table_done))) struct table

/* text with control characters, also those of 8 bits, as question marks. */
void add_printable(struct buf *to, const char *text);
