// SPDX-License-Identifier: Apache-2.0
/* cmd_history.c - lade history: how an image came about, step by step. */
#include "lade/cli.h"

#include "base/cleanup.h"
#include "base/json_write.h"
#include "cli/table.h"
#include "lade/report/quantity.h"
#include "lade/store/image.h"

#include <string.h>
#include <time.h>

struct history_values {
    bool json, full;
    const char *platform;
};

#define OPTION_VALUES struct history_values

static const struct option history_options[] = {
    SWITCH(NULL, "full", full, "do not cut long commands"),
    PLATFORM_ROW,
    JSON_ROW,
    { 0 },
};

enum { COMMAND_SHOWN = 60 };

/* The layer that step i has made; NULL when it has made none, or the image tells of fewer. */
static const struct descriptor *layer_of(const struct image *image, size_t i)
{
    const struct image_config *c = image->config;
    size_t layer = 0;

    if (c->history[i].empty_layer)
        return NULL;
    for (size_t n = 0; n < i; n++)
        layer += !c->history[n].empty_layer;
    return layer < image->manifest->layer_count ? &image->manifest->layers[layer] : NULL;
}

static void add_step(struct table *t, const struct image *image, size_t i, bool full)
{
    const struct image_history *h = &image->config->history[i];
    const struct descriptor *layer = layer_of(image, i);
    const char *command = h->created_by ? h->created_by : "-";
    char text[QUANTITY_TEXT_SIZE];

    quantity_age(quantity_time(h->created), time(NULL), text);
    table_add(t, text);
    quantity_bytes(layer ? layer->size : 0, text);
    table_add(t, text);
    if (full || strlen(command) <= COMMAND_SHOWN)
        table_add(t, command);
    else
        table_printf(t, "%.*s...", COMMAND_SHOWN - 3, command);
    table_add(t, h->comment ? h->comment : "");
}

static void put_step(struct json_writer *w, const struct image *image, size_t i)
{
    const struct image_history *h = &image->config->history[i];
    const struct descriptor *layer = layer_of(image, i);

    json_begin(w, NULL, '{');
    json_put_string(w, "created", h->created);
    json_put_string(w, "createdBy", h->created_by);
    json_put_string(w, "author", h->author);
    json_put_string(w, "comment", h->comment);
    json_put_bool(w, "emptyLayer", h->empty_layer);
    if (layer) {
        json_put_string(w, "layer", layer->digest.text);
        json_put_uint(w, "size", layer->size);
    }
    json_end(w);
}

static void write_history(const struct image *image, const struct history_values *v,
                          struct buf *out)
{
    static const char *const titles[] = { "CREATED", "SIZE", "CREATED BY", "COMMENT" };
    auto_table t = { .columns = ARRAY_SIZE(titles) };
    struct json_writer w = { .to = out };

    for (size_t i = 0; i < ARRAY_SIZE(titles); i++)
        table_add(&t, titles[i]);
    if (v->json)
        json_begin(&w, NULL, '[');
    /* The newest first, as everybody shows it. */
    for (size_t i = image->config->history_count; i-- > 0;)
        if (v->json)
            put_step(&w, image, i);
        else
            add_step(&t, image, i, v->full);
    if (v->json)
        json_end(&w);
    else
        table_write(&t, out);
}

static int history_run(struct cli *cli, const void *values, struct err *e)
{
    const struct history_values *v = values;
    struct platform platform;
    auto_arena arena = { 0 };
    auto_cli_image i = { 0 };
    auto_image *image = NULL;
    auto_buf out = { 0 };

    TRY(cli_platform(&arena, v->platform, &platform, e));
    TRY(cli_find(cli, STORE_READ, cli->args[0], &i, e));
    TRY(image_open(i.store, i.entry->descriptor, &platform, &image, e));
    TRY(manifest_require_image(image->manifest, e));
    write_history(image, v, &out);
    return output_buf(&out, e);
}

const struct cli_command cmd_history = {
    .name = "history",
    .args = "IMAGE",
    .summary = "print how an image came about",
    .options = history_options,
    .values_size = sizeof(struct history_values),
    .min_args = 1,
    .max_args = 1,
    .run = history_run,
};
