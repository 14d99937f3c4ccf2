// SPDX-License-Identifier: Apache-2.0
/* layout.c - two columns, the second one wrapped. */
#include "cli/layout.h"

#include <string.h>

enum { COLUMN = 30, WIDTH = 80 };

void layout_wrapped(struct buf *b, size_t at, size_t column, const char *text)
{
    if (at + 2 > column) {
        buf_puts(b, "\n");
        at = 0;
    }
    buf_printf(b, "%*s", (int)(column - at), "");
    at = column;
    while (*text) {
        size_t n = strcspn(text, " ");

        if (at > column && at + 1 + n > WIDTH) {
            buf_printf(b, "\n%*s", (int)column, "");
            at = column;
        }
        if (at > column) {
            buf_puts(b, " ");
            at++;
        }
        buf_add(b, text, n);
        at += n;
        text += n + (text[n] == ' ');
    }
    buf_puts(b, "\n");
}

static void add_option(struct buf *b, const struct option *o)
{
    size_t before = b->len;

    if (o->letters)
        buf_printf(b, "  -%c, --%s", o->letters[0], o->name);
    else
        buf_printf(b, "      --%s", o->name);
    if (o->arg)
        buf_printf(b, " %s", o->arg);
    layout_wrapped(b, b->len - before, COLUMN, o->help);
}

void layout_options(struct buf *b, const struct option *options)
{
    for (; options->name; options++)
        add_option(b, options);
    add_option(b, &option_help);
}
