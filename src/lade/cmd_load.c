// SPDX-License-Identifier: Apache-2.0
/* cmd_load.c - lade load: images out of an archive or a layout, into the store. */
#include "lade/cli.h"

#include "base/cleanup.h"
#include "base/json_write.h"
#include "lade/archive/load.h"
#include "lade/cli_file.h"

#include <errno.h>

struct load_values {
    const char *tag, *input;
    bool force, json;
};

#define OPTION_VALUES struct load_values

static const struct option load_options[] = {
    TEXT("i", "input", "FILE", input, "the same as PATH"),
    TEXT("t", "tag", "NAME", tag, "name the only image so"),
    SWITCH("f", "force", force, "take names from other images that have them"),
    JSON_ROW,
    { 0 },
};

struct input {
    struct cli *cli;
    struct cli_input file;
    bool as_json;
    struct buf out;
    struct json_writer json;
};

static void loaded(void *user, const char *name, const struct digest *digest)
{
    struct input *in = user;

    if (in->as_json) {
        json_begin(&in->json, NULL, '{');
        json_put_string(&in->json, "name", name);
        json_put_string(&in->json, "digest", digest->text);
        json_end(&in->json);
        return;
    }
    buf_printf(&in->out, "%s\n", digest->text);
    report_note(in->cli->report, "%s is %s", name ? name : "an image without a name", digest->text);
}

static int load_archive(struct input *in, struct store *s, const struct load_options *o,
                        struct err *e)
{
    struct byte_source from = cli_input_source(&in->file);
    int rc;

    in->file.progress = progress_begin(in->cli->report, "archive", in->file.size, 0);
    rc = archive_load(s, &from, o, e);
    progress_end(in->file.progress, rc < 0 ? "failed" : "done");
    return rc;
}

static int load_layout(const char *path, struct store *s, const struct load_options *o,
                       struct err *e)
{
    auto_store *layout = NULL;

    TRY(store_open(path, NULL, STORE_READ, &layout, e));
    return layout_load(s, layout, o, e);
}

static int load(struct input *in, const struct load_values *v, const char *path, struct err *e)
{
    struct load_options o = {
        .name = v->tag,
        .mode = v->force ? STORE_NAME_REPLACE : STORE_NAME_NEW,
        .loaded = loaded,
        .user = in,
    };
    auto_store *s = NULL;
    int rc;

    TRY(cli_input_open(path, &in->file, e));
    TRY(cli_open_store(in->cli, STORE_WRITE, &s, e));
    if (v->json)
        json_begin(&in->json, NULL, '[');
    rc = in->file.directory ? load_layout(path, s, &o, e) : load_archive(in, s, &o, e);
    if (rc < 0)
        return err_wrap(e, "load '%s'", in->file.path);
    if (v->json)
        json_end(&in->json);
    return output_buf(&in->out, e);
}

static int load_run(struct cli *cli, const void *values, struct err *e)
{
    const struct load_values *v = values;
    struct input in = { .cli = cli, .file.fd = -EBADF, .as_json = v->json };
    const char *path = cli->n_args ? cli->args[0] : v->input;
    int rc;

    if (cli->n_args && v->input)
        return err_set(e, ERR_INVALID, "give either PATH or --input");
    in.json.to = &in.out;
    rc = load(&in, v, path, e);
    cli_input_done(&in.file);
    buf_done(&in.out);
    return rc;
}

const struct cli_command cmd_load = {
    .name = "load",
    .args = "[PATH]",
    .summary = "take images out of an archive or an image layout",
    .options = load_options,
    .values_size = sizeof(struct load_values),
    .max_args = 1,
    .run = load_run,
};
