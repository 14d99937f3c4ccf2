// SPDX-License-Identifier: Apache-2.0
/* json_write.c - JSON written member by member into a buf, indented for people. */
#include "base/json_write.h"

#include <assert.h>
#include <inttypes.h>

static void new_line(struct json_writer *w)
{
    buf_printf(w->to, "\n%*s", (int)(2 * w->depth), "");
}

/* What stands in front of a value. */
static void lead_in(struct json_writer *w, const char *key)
{
    if (w->depth == 0)
        return;
    if (!w->empty)
        buf_puts(w->to, ",");
    new_line(w);
    w->empty = false;
    if (key) {
        buf_json_string(w->to, key);
        buf_puts(w->to, ": ");
    }
}

void json_begin(struct json_writer *w, const char *key, char opening)
{
    assert(w->depth < JSON_WRITE_DEPTH);
    lead_in(w, key);
    buf_add(w->to, &opening, 1);
    w->closing[w->depth++] = opening == '{' ? '}' : ']';
    w->empty = true;
}

void json_end(struct json_writer *w)
{
    w->depth--;
    if (!w->empty)
        new_line(w);
    w->empty = false;
    buf_add(w->to, &w->closing[w->depth], 1);
    if (w->depth == 0)
        buf_puts(w->to, "\n");
}

void json_put_string(struct json_writer *w, const char *key, const char *value)
{
    if (!value)
        return;
    lead_in(w, key);
    buf_json_string(w->to, value);
}

void json_put_text(struct json_writer *w, const char *key, const char *value, size_t len)
{
    auto_buf copy = { 0 };

    buf_add(&copy, value, len);
    if (buf_failed(&copy))
        w->to->failed = true;
    else
        json_put_string(w, key, copy.data);
}

void json_put_int(struct json_writer *w, const char *key, int64_t value)
{
    lead_in(w, key);
    buf_printf(w->to, "%" PRId64, value);
}

void json_put_uint(struct json_writer *w, const char *key, uint64_t value)
{
    lead_in(w, key);
    buf_printf(w->to, "%" PRIu64, value);
}

void json_put_bool(struct json_writer *w, const char *key, bool value)
{
    lead_in(w, key);
    buf_puts(w->to, value ? "true" : "false");
}

void json_put_raw(struct json_writer *w, const char *key, const char *json)
{
    lead_in(w, key);
    buf_puts(w->to, json);
}
