// SPDX-License-Identifier: Apache-2.0
/* cmd_images.c - lade images: what is in the store. */
#include "lade/cli.h"

#include "base/cleanup.h"
#include "base/json_write.h"
#include "cli/table.h"
#include "lade/report/quantity.h"
#include "lade/store/attached.h"
#include "lade/store/image.h"

#include <fnmatch.h>
#include <string.h>
#include <time.h>

struct images_values {
    bool all, json, quiet, names;
};

#define OPTION_VALUES struct images_values

static const struct option images_options[] = {
    SWITCH("a", "all", all, "signatures and whatever else is there for an image, too"),
    SWITCH("q", "quiet", quiet, "print digests only"),
    SWITCH(NULL, "names", names, "print names only"),
    JSON_ROW,
    { 0 },
};

/* One line of the output. */
struct row {
    const struct store_entry *entry;
    struct image *image;               /* NULL: it can't be read, or holds nothing for here */
    char platform[PLATFORM_TEXT_SIZE]; /* of that image */
    size_t others;                     /* images for other platforms */
};

/* What can't be read is shown with less, not left out: it takes part in everything else. */
static void open_row(struct cli *cli, struct store *s, const struct store_entry *entry,
                     struct row *ret)
{
    auto_arena arena = { 0 };
    struct platform host;
    struct err e;

    *ret = (struct row){ .entry = entry };
    if (platform_host(&arena, &host, &e) < 0 ||
        image_open(s, entry->descriptor, &host, &ret->image, &e) < 0)
        report_debug(cli->report, "image %s: %s", entry->descriptor->digest.text, e.text);
    if (ret->image && ret->image->indexes[0])
        ret->others = index_images(ret->image->indexes[0]) - 1;
    if (ret->image && ret->image->config) {
        struct platform shown = platform_normalise(&ret->image->config->platform);

        platform_format(&shown, ret->platform);
    }
}

static void add_row(struct table *t, const struct row *r)
{
    const struct image_config *config = r->image ? r->image->config : NULL;
    char age[QUANTITY_TEXT_SIZE], size[QUANTITY_TEXT_SIZE] = "-";

    table_add(t, r->entry->name ? r->entry->name : "-");
    table_printf(t, "%.12s", digest_encoded(&r->entry->descriptor->digest));
    if (r->others)
        table_printf(t, "%s (%zu more)", r->platform[0] ? r->platform : "-", r->others);
    else
        table_add(t, r->platform[0] ? r->platform : "-");
    quantity_age(quantity_time(config ? config->created : NULL), time(NULL), age);
    table_add(t, age);
    if (r->image)
        quantity_bytes(image_size(r->image), size);
    table_add(t, size);
}

static void put_row(struct json_writer *w, const struct row *r)
{
    const struct descriptor *d = r->entry->descriptor;
    char used[QUANTITY_TEXT_SIZE];

    json_begin(w, NULL, '{');
    json_put_string(w, "name", r->entry->name);
    json_put_string(w, "digest", d->digest.text);
    json_put_string(w, "mediaType", d->media_type);
    if (r->image) {
        json_put_string(w, "manifest", r->image->descriptor->digest.text);
        json_put_string(w, "artifactType", manifest_artifact_type(r->image->manifest));
        json_put_uint(w, "size", image_size(r->image));
    }
    if (r->platform[0])
        json_put_string(w, "platform", r->platform);
    if (r->image && r->image->config)
        json_put_string(w, "created", r->image->config->created);
    quantity_timestamp(r->entry->used, used);
    json_put_string(w, "used", used);
    json_put_bool(w, "factory", r->entry->factory);
    json_end(w);
}

/* A pattern may stand for the whole name, or for what follows the first or last part of it. */
static bool matches(const struct store_entry *entry, char *const *patterns)
{
    if (!*patterns)
        return true;
    for (; *patterns && entry->name; patterns++)
        for (const char *name = entry->name; name; name = strchr(name, '/')) {
            size_t tag;

            name += *name == '/';
            tag = strcspn(name, ":@");
            if (fnmatch(*patterns, name, 0) == 0 ||
                (strlen(*patterns) == tag && strncmp(name, *patterns, tag) == 0))
                return true;
        }
    return false;
}

static bool is_shown(const struct images_values *v, struct cli *cli, struct store *s,
                     const struct store_entry *entry)
{
    struct digest subject;

    return matches(entry, cli->args) && (v->all || !attached_entry(s, entry, &subject));
}

static void write_images(struct cli *cli, struct store *s, const struct store_names *names,
                         const struct images_values *v, struct buf *out)
{
    static const char *const titles[] = { "NAME", "DIGEST", "PLATFORM", "CREATED", "SIZE" };
    auto_table t = { .columns = ARRAY_SIZE(titles) };
    struct json_writer w = { .to = out };

    for (size_t i = 0; i < ARRAY_SIZE(titles); i++)
        table_add(&t, titles[i]);
    if (v->json)
        json_begin(&w, NULL, '[');
    for (size_t i = 0; i < names->count; i++) {
        struct row row;

        if (!is_shown(v, cli, s, &names->items[i]))
            continue;
        open_row(cli, s, &names->items[i], &row);
        if (v->json)
            put_row(&w, &row);
        else
            add_row(&t, &row);
        image_freep(&row.image);
    }
    if (v->json)
        json_end(&w);
    else
        table_write(&t, out);
}

/* Digests or names, each on a line. */
static void write_lines(struct cli *cli, struct store *s, const struct store_names *names,
                        const struct images_values *v, struct buf *out)
{
    for (size_t i = 0; i < names->count; i++) {
        const struct store_entry *entry = &names->items[i];

        if ((!v->quiet && !entry->name) || !is_shown(v, cli, s, entry))
            continue;
        add_printable(out, v->quiet ? entry->descriptor->digest.text : entry->name);
        buf_puts(out, "\n");
    }
}

static int images_run(struct cli *cli, const void *values, struct err *e)
{
    const struct images_values *v = values;
    cleanup(store_names_freep) struct store_names *names = NULL;
    auto_store *s = NULL;
    auto_buf out = { 0 };

    TRY(cli_open_store(cli, STORE_READ, &s, e));
    TRY(store_list(s, &names, e));
    if (v->quiet || v->names)
        write_lines(cli, s, names, v, &out);
    else
        write_images(cli, s, names, v, &out);
    return output_buf(&out, e);
}

const struct cli_command cmd_images = {
    .name = "images",
    .args = "[PATTERN]...",
    .summary = "list the images in the store",
    .options = images_options,
    .values_size = sizeof(struct images_values),
    .max_args = ANY_ARGS,
    .run = images_run,
};
