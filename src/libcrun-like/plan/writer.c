// SPDX-License-Identifier: Apache-2.0
/* writer.c - lays a plan out as one block. */
#include "plan/writer.h"

#include "base/cleanup.h"

#include <errno.h>
#include <string.h>

enum { ALIGNMENT = 8 };

static void align(struct plan_writer *w)
{
    static const char zeros[ALIGNMENT];
    size_t over = w->out.len % ALIGNMENT;

    if (over)
        buf_add(&w->out, zeros, ALIGNMENT - over);
}

void plan_writer_init(struct plan_writer *w)
{
    static const struct plan empty = { .magic = PLAN_MAGIC, .version = PLAN_VERSION };

    *w = (struct plan_writer){ 0 };
    buf_add(&w->out, &empty, sizeof empty);
}

void plan_writer_done(struct plan_writer *w)
{
    buf_done(&w->out);
    arena_done(&w->arena);
}

struct plan *plan_header(struct plan_writer *w)
{
    /* Without memory there is no block; writes then go nowhere and finish() says so. */
    static _Thread_local struct plan nowhere;

    return w->out.failed || !w->out.data ? &nowhere : (struct plan *)w->out.data;
}

plan_str plan_add_text(struct plan_writer *w, const char *text)
{
    plan_str offset = (plan_str)w->out.len;

    if (!text)
        return 0;
    buf_add(&w->out, text, strlen(text) + 1);
    return offset;
}

plan_str plan_add_made(struct plan_writer *w, const char *text)
{
    if (!text)
        w->out.failed = true;
    return plan_add_text(w, text);
}

plan_str plan_add_buf(struct plan_writer *w, const struct buf *text)
{
    if (buf_failed(text))
        w->out.failed = true;
    return plan_add_text(w, text->data);
}

struct plan_list plan_add_items(struct plan_writer *w, const void *items, size_t count, size_t size)
{
    struct plan_list list = { 0 };

    if (!count)
        return list;
    align(w);
    list.offset = (uint32_t)w->out.len;
    list.count = (uint32_t)count;
    buf_add(&w->out, items, count * size);
    return list;
}

struct plan_list plan_add_strings(struct plan_writer *w, char *const *items, size_t count)
{
    plan_str *offsets = arena_new(&w->arena, count + 1, plan_str);

    if (!offsets) {
        w->out.failed = true;
        return (struct plan_list){ 0 };
    }
    for (size_t i = 0; i < count; i++)
        offsets[i] = plan_add_text(w, items[i]);
    return plan_add_items(w, offsets, count, sizeof *offsets);
}

plan_str plan_add_where(struct plan_writer *w, const char *field, size_t index)
{
    return plan_add_made(w, arena_printf(&w->arena, "%s[%zu]", field, index));
}

plan_str plan_add_map(struct plan_writer *w, const struct spec_id_mapping *m, size_t count)
{
    auto_buf text = { 0 };

    for (size_t i = 0; i < count; i++)
        buf_printf(&text, "%u %u %u\n", m[i].container_id, m[i].host_id, m[i].size);
    return plan_add_buf(w, &text);
}

int plan_writer_finish(struct plan_writer *w, int rc, struct plan **ret, struct err *e)
{
    align(w);
    /* Offsets have 32 bits; a configuration of 16 MiB stays far below. What a builder misses in a
     * block that had no room is no fault of the configuration. */
    if (buf_failed(&w->out) || w->out.len > UINT32_MAX)
        return err_os(e, ENOMEM, "lay out the plan");
    TRY(rc);
    plan_header(w)->size = (uint32_t)w->out.len;
    *ret = (struct plan *)w->out.data;
    w->out = (struct buf){ 0 };
    return 0;
}
