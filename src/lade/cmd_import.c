// SPDX-License-Identifier: Apache-2.0
/* cmd_import.c - lade import: a root filesystem, as an archive or a directory, becomes an image. */
#include "lade/cli.h"

#include "base/cleanup.h"
#include "lade/cli_file.h"
#include "lade/name/reference.h"
#include "lade/revision/layer.h"

#include <string.h>

struct import_values {
    const char *platform, *comment, *created;
    int compression;
    unsigned level;
    bool force, json;
};

#define OPTION_VALUES struct import_values

static const struct option import_options[] = {
    TEXT(NULL, "platform", "OS/ARCH[/VARIANT]", platform,
         "what the image is for (default: this machine)"),
    COMPRESSION_ROW,
    LEVEL_ROW,
    TEXT("m", "comment", "TEXT", comment, "the comment of the history entry"),
    TEXT(NULL, "created", "TIME", created,
         "the time of creation, as in RFC 3339 (default: $SOURCE_DATE_EPOCH, or now)"),
    SWITCH("f", "force", force, "take the name from another image that has it"),
    JSON_ROW,
    { 0 },
};

static int make_layer(struct cli_input *in, const struct import_values *v, struct store *s,
                      const struct revision *r, struct revision_layer *ret, struct err *e)
{
    struct byte_source from = cli_input_source(in);
    struct pack_options pack = {
        .source = { .root = in->fd, .lower = -EBADF },
        .compression = cli_compression(v->compression),
        .level = (int)v->level,
        .clamp = r->clamp,
        .clamp_to = r->clamp_to,
    };
    uint64_t entries;

    return in->directory ? layer_from_files(s, &pack, ret, &entries, e)
                         : layer_from_archive(s, &from, pack.compression, pack.level, ret, e);
}

static int add_layer(struct cli *cli, struct cli_input *in, const struct import_values *v,
                     struct store *s, struct revision *r, struct err *e)
{
    struct revision_layer layer;
    int rc;

    in->progress = progress_begin(cli->report, "import", in->size, 0);
    rc = make_layer(in, v, s, r, &layer, e);
    progress_end(in->progress, rc < 0 ? "failed" : "done");
    if (rc < 0)
        return err_wrap(e, "import '%s'", in->path);
    TRY(revision_add_layer(r, &layer, e));
    return revision_add_history(r, "lade import", v->comment, false, e);
}

static int import(struct cli *cli, const struct import_values *v, struct arena *arena,
                  struct err *e)
{
    auto_cli_input in = { .fd = -EBADF };
    auto_revision r = { 0 };
    auto_store *s = NULL;
    enum store_name_mode mode = v->force ? STORE_NAME_REPLACE : STORE_NAME_NEW;
    char name[REFERENCE_TEXT_SIZE];
    struct descriptor result;
    struct platform platform;
    struct reference reference;

    TRY(reference_parse(cli->args[1], &reference, e));
    reference_format(&reference, name);
    TRY(cli_platform(arena, v->platform, &platform, e));
    TRY(cli_input_open(cli->args[0], &in, e));
    TRY(cli_open_store(cli, STORE_WRITE, &s, e));
    TRY(revision_begin(&r, NULL, &platform, v->created, e));
    TRY(add_layer(cli, &in, v, s, &r, e));
    TRY(revision_write(&r, s, name, mode, &result, e));
    return cli_print_image(cli, name, &result, v->json, e);
}

static int import_run(struct cli *cli, const void *values, struct err *e)
{
    auto_arena arena = { 0 };

    return import(cli, values, &arena, e);
}

const struct cli_command cmd_import = {
    .name = "import",
    .args = "PATH NAME",
    .summary = "make an image of a root filesystem",
    .options = import_options,
    .values_size = sizeof(struct import_values),
    .min_args = 2,
    .max_args = 2,
    .run = import_run,
};
