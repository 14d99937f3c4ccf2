// SPDX-License-Identifier: Apache-2.0
/* json_writer.c - indented JSON in which every line is one thing. */
#include "plan/json_writer.h"

static void new_line(struct json_writer *w)
{
    buf_puts(w->out, "\n");
    for (unsigned i = 0; i < w->depth; i++)
        buf_puts(w->out, "  ");
}

/* What stands before a value: comma, line, key. */
static void lead_in(struct json_writer *w, const char *key)
{
    if (w->begun)
        buf_puts(w->out, w->flat ? ", " : ",");
    if (w->depth && !w->flat)
        new_line(w);
    w->begun = true;
    if (!key)
        return;
    buf_json_string(w->out, key);
    buf_puts(w->out, ": ");
}

void json_write_open(struct json_writer *w, const char *key, char bracket)
{
    lead_in(w, key);
    buf_add(w->out, &bracket, 1);
    w->depth++;
    w->flat += w->flat > 0;
    w->begun = false;
}

void json_write_open_flat(struct json_writer *w, const char *key, char bracket)
{
    json_write_open(w, key, bracket);
    w->flat += w->flat == 0;
}

void json_write_close(struct json_writer *w, char bracket)
{
    bool spread = w->begun && !w->flat;

    w->depth--;
    w->flat -= w->flat > 0;
    w->begun = true;
    if (spread)
        new_line(w);
    buf_add(w->out, &bracket, 1);
}

void json_write_text(struct json_writer *w, const char *key, const char *text)
{
    if (!text) {
        json_write_null(w, key);
        return;
    }
    lead_in(w, key);
    buf_json_string(w->out, text);
}

void json_write_number(struct json_writer *w, const char *key, int64_t value)
{
    lead_in(w, key);
    buf_printf(w->out, "%lld", (long long)value);
}

void json_write_bool(struct json_writer *w, const char *key, bool value)
{
    lead_in(w, key);
    buf_puts(w->out, value ? "true" : "false");
}

void json_write_null(struct json_writer *w, const char *key)
{
    lead_in(w, key);
    buf_puts(w->out, "null");
}
