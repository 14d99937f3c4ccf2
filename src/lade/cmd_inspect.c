// SPDX-License-Identifier: Apache-2.0
/* cmd_inspect.c - lade inspect: what an image says about itself. */
#include "lade/cli.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json_write.h"
#include "cli/table.h"
#include "lade/report/quantity.h"
#include "lade/store/image.h"

#include <string.h>

struct inspect_values {
    bool json, raw, manifest, config, digest;
    const char *platform;
};

#define OPTION_VALUES struct inspect_values

static const struct option inspect_options[] = {
    SWITCH(NULL, "raw", raw, "print the bytes that the name stands for: an index or a manifest"),
    SWITCH(NULL, "manifest", manifest, "print the manifest's bytes"),
    SWITCH(NULL, "config", config, "print the image config's bytes"),
    SWITCH(NULL, "digest", digest, "print the digest that the name stands for"),
    PLATFORM_ROW,
    JSON_ROW,
    { 0 },
};

/* "Title:    text", nothing for NULL. */
static void add_line(struct buf *out, const char *title, const char *text)
{
    if (!text)
        return;
    buf_printf(out, "%-14s", title);
    add_printable(out, text);
    buf_puts(out, "\n");
}

/* The first beside the title, the others below. */
static void add_lines(struct buf *out, const char *title, const struct text_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        add_line(out, i ? "" : title, list->items[i]);
}

static void add_pairs(struct buf *out, const char *title, const struct annotations *pairs)
{
    for (size_t i = 0; i < pairs->count; i++) {
        auto_buf text = { 0 };

        buf_printf(&text, "%s=%s", pairs->items[i].key, pairs->items[i].value);
        if (!buf_failed(&text))
            add_line(out, i ? "" : title, text.data);
    }
}

/* A command as it would be typed, roughly: words with spaces in quotes. */
static void add_command(struct buf *out, const char *title, const struct text_list *words)
{
    auto_buf text = { 0 };

    for (size_t i = 0; i < words->count; i++) {
        bool quote = !words->items[i][0] || strpbrk(words->items[i], " \t\n'\"");

        buf_printf(&text, "%s%s%s%s", i ? " " : "", quote ? "\"" : "", words->items[i],
                   quote ? "\"" : "");
    }
    add_line(out, title, buf_failed(&text) ? NULL : text.data);
}

static void add_config(struct buf *out, const struct image_config *c)
{
    struct platform platform = platform_normalise(&c->platform);
    char text[PLATFORM_TEXT_SIZE];

    platform_format(&platform, text);
    add_line(out, "Platform:", text);
    add_line(out, "Created:", c->created);
    add_line(out, "Author:", c->author);
    add_line(out, "User:", c->user);
    add_line(out, "Directory:", c->working_dir);
    add_command(out, "Entrypoint:", &c->entrypoint);
    add_command(out, "Command:", &c->cmd);
    add_line(out, "Stop signal:", c->stop_signal);
    add_lines(out, "Environment:", &c->env);
    add_lines(out, "Ports:", &c->ports);
    add_lines(out, "Volumes:", &c->volumes);
    add_pairs(out, "Labels:", &c->labels);
    if (c->has_healthcheck)
        add_line(out, "Health check:", "yes");
}

static void add_layers(struct buf *out, const struct manifest *m)
{
    for (size_t i = 0; i < m->layer_count; i++) {
        char size[QUANTITY_TEXT_SIZE];

        quantity_bytes(m->layers[i].size, size);
        buf_printf(out, "%-14s%s %s\n", i ? "" : "Layers:", m->layers[i].digest.text, size);
    }
}

static void add_summary(struct buf *out, const struct store_entry *entry, const struct image *i)
{
    char size[QUANTITY_TEXT_SIZE];

    quantity_bytes(image_size(i), size);
    add_line(out, "Name:", entry->name);
    add_line(out, "Digest:", entry->descriptor->digest.text);
    add_line(out, "Media type:", entry->descriptor->media_type);
    if (i->indexes[0])
        add_line(out, "Manifest:", i->descriptor->digest.text);
    add_line(out, "Artifact:", manifest_artifact_type(i->manifest));
    add_line(out, "Size:", size);
    if (i->config)
        add_config(out, i->config);
    add_pairs(out, "Annotations:", &i->manifest->annotations);
    add_layers(out, i->manifest);
}

/* A document inside another: as it is, but for characters that a terminal would act on, which in
 * valid JSON only stand in strings. */
static void put_document(struct json_writer *w, const char *key, const char *text)
{
    auto_buf safe = { 0 };

    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        if (*p == 0x7f)
            buf_puts(&safe, "\\u007f");
        else if (p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0)
            buf_printf(&safe, "\\u%04x", *++p);
        else
            buf_add(&safe, p, 1);
    if (buf_failed(&safe))
        w->to->failed = true;
    else
        json_put_raw(w, key, safe.data);
}

static void put_all(struct buf *out, const struct store_entry *entry, const struct image *i)
{
    struct json_writer w = { .to = out };

    json_begin(&w, NULL, '{');
    json_put_string(&w, "name", entry->name);
    json_put_string(&w, "digest", entry->descriptor->digest.text);
    json_put_string(&w, "mediaType", entry->descriptor->media_type);
    json_put_string(&w, "manifestDigest", i->descriptor->digest.text);
    json_put_string(&w, "artifactType", manifest_artifact_type(i->manifest));
    json_put_uint(&w, "size", image_size(i));
    put_document(&w, "manifest", i->manifest_text);
    if (i->config_text)
        put_document(&w, "config", i->config_text);
    json_end(&w);
}

/* Exactly the bytes that have the digest: no newline is added. */
static int print_bytes(const char *text, size_t len, struct err *e)
{
    int rc = write_all(STDOUT_FILENO, text, len);

    return rc < 0 ? err_os(e, rc, "write to standard output") : 0;
}

static int print_raw(const struct cli_image *i, struct err *e)
{
    auto_free char *text = NULL;
    size_t len;

    TRY(store_read(i->store, i->entry->descriptor, "manifest", &text, &len, e));
    return print_bytes(text, len, e);
}

static int print_image(const struct inspect_values *v, const struct store_entry *entry,
                       const struct image *image, struct err *e)
{
    auto_buf out = { 0 };

    if (v->manifest)
        return print_bytes(image->manifest_text, image->manifest_len, e);
    if (v->config) {
        TRY(manifest_require_image(image->manifest, e));
        return print_bytes(image->config_text, image->config_len, e);
    }
    if (v->json)
        put_all(&out, entry, image);
    else
        add_summary(&out, entry, image);
    return output_buf(&out, e);
}

static int inspect(struct cli *cli, const struct inspect_values *v, struct err *e)
{
    struct platform platform;
    auto_arena arena = { 0 };
    auto_cli_image i = { 0 };
    auto_image *image = NULL;

    TRY(cli_platform(&arena, v->platform, &platform, e));
    TRY(cli_find(cli, STORE_READ, cli->args[0], &i, e));
    if (v->digest)
        return output_text(i.entry->descriptor->digest.text, e);
    if (v->raw)
        return print_raw(&i, e);
    TRY(image_open(i.store, i.entry->descriptor, &platform, &image, e));
    return print_image(v, i.entry, image, e);
}

static int inspect_run(struct cli *cli, const void *values, struct err *e)
{
    const struct inspect_values *v = values;

    if (v->json + v->raw + v->manifest + v->config + v->digest > 1)
        return err_set(e, ERR_INVALID,
                       "only one of --json, --raw, --manifest, --config and --digest can be given");
    return inspect(cli, v, e);
}

const struct cli_command cmd_inspect = {
    .name = "inspect",
    .args = "IMAGE",
    .summary = "print what an image says about itself",
    .options = inspect_options,
    .values_size = sizeof(struct inspect_values),
    .min_args = 1,
    .max_args = 1,
    .run = inspect_run,
};
