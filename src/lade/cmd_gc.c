// SPDX-License-Identifier: Apache-2.0
/* cmd_gc.c - lade gc: remove what nothing needs. */
#include "lade/cli.h"

#include "base/cleanup.h"
#include "base/json_write.h"
#include "cli/table.h"
#include "lade/report/quantity.h"
#include "lade/store/gc.h"

#include <string.h>

struct gc_values {
    bool dry, untagged, layers, partial, json;
    unsigned keep;
    const char *grace, *until, *max_size;
};

#define OPTION_VALUES struct gc_values

static const struct option gc_options[] = {
    SWITCH("n", "dry-run", dry, "only say what would be removed"),
    SWITCH(NULL, "untagged", untagged, "remove images without a name, too"),
    SWITCH(NULL, "layers", layers, "remove unpacked layers that no bundle uses"),
    SWITCH(NULL, "partial", partial, "remove downloads that could be resumed"),
    TEXT(NULL, "grace", "TIME", grace, "spare what was added in that time (default: 1h)"),
    TEXT(NULL, "until", "TIME", until, "remove images that were not used for so long"),
    NUMBER(NULL, "keep-last", "N", keep, "keep only the N images of a repository used last"),
    TEXT(NULL, "max-size", "SIZE", max_size,
         "remove images, the longest unused first, until the rest takes no more"),
    JSON_ROW,
    { 0 },
};

struct gc_output {
    struct buf text;
    struct json_writer json;
    bool as_json;
    uint64_t bytes;
};

static void removed(void *user, const char *kind, const char *name, uint64_t bytes)
{
    struct gc_output *out = user;
    char size[QUANTITY_TEXT_SIZE];

    out->bytes += bytes;
    if (out->as_json) {
        json_begin(&out->json, NULL, '{');
        json_put_string(&out->json, "kind", kind);
        json_put_string(&out->json, "name", name);
        json_put_uint(&out->json, "size", bytes);
        json_end(&out->json);
        return;
    }
    quantity_bytes(bytes, size);
    buf_printf(&out->text, "%s ", kind);
    add_printable(&out->text, name);
    if (bytes)
        buf_printf(&out->text, " %s", size);
    buf_puts(&out->text, "\n");
}

static int read_options(const struct gc_values *v, struct gc_options *ret, struct err *e)
{
    *ret = (struct gc_options){
        .dry = v->dry,
        .untagged = v->untagged,
        .layers = v->layers,
        .partial = v->partial,
        .keep = v->keep,
        .grace = 3600,
    };
    if (v->grace)
        TRY(quantity_parse_duration(v->grace, "--grace", &ret->grace, e));
    if (v->until)
        TRY(quantity_parse_duration(v->until, "--until", &ret->until, e));
    if (v->max_size)
        TRY(quantity_parse_size(v->max_size, "--max-size", &ret->max_size, e));
    return 0;
}

static int collect(struct cli *cli, const struct gc_values *v, struct gc_output *out, struct err *e)
{
    struct gc_watcher watcher = { .removed = removed, .user = out };
    struct gc_options options;
    char size[QUANTITY_TEXT_SIZE];
    auto_store *s = NULL;

    TRY(read_options(v, &options, e));
    TRY(cli_open_store(cli, STORE_WRITE, &s, e));
    if (v->json)
        json_begin(&out->json, NULL, '[');
    TRY(store_gc(s, &options, &watcher, e));
    if (v->json)
        json_end(&out->json);
    TRY(output_buf(&out->text, e));
    quantity_bytes(out->bytes, size);
    report_note(cli->report, "%s %s", v->dry ? "would free" : "freed", size);
    return 0;
}

static int gc_run(struct cli *cli, const void *values, struct err *e)
{
    const struct gc_values *v = values;
    struct gc_output out = { .as_json = v->json };
    int rc;

    out.json.to = &out.text;
    rc = collect(cli, v, &out, e);
    buf_done(&out.text);
    return rc;
}

const struct cli_command cmd_gc = {
    .name = "gc",
    .args = "",
    .summary = "remove what nothing needs any more",
    .options = gc_options,
    .values_size = sizeof(struct gc_values),
    .owns_files = true,
    .run = gc_run,
};
