// SPDX-License-Identifier: Apache-2.0
/* cmd_export.c - lade export: the files of an image or a bundle as one archive. */
#include "lade/cli.h"

#include "base/cleanup.h"
#include "lade/bundle/changed.h"
#include "lade/bundle/view.h"
#include "lade/cli_file.h"
#include "lade/layer/pack.h"

struct export_values {
    const char *output, *platform;
    int compression;
    unsigned level;
};

#define OPTION_VALUES struct export_values

static const struct option export_options[] = {
    TEXT("o", "output", "FILE", output, "write here instead of to standard output"),
    CHOICE(NULL, "compression", "none|gzip|zstd", compression, COMPRESSION_NONE,
           "how the archive is compressed (default: none)"),
    LEVEL_ROW,
    PLATFORM_ROW,
    { 0 },
};

static int write_archive(struct cli *cli, const struct export_values *v, int root, struct err *e)
{
    auto_cli_output out = { .fd = -EBADF };
    struct byte_sink to = cli_output_sink(&out);
    struct pack_options pack = {
        .source = { .root = root, .lower = -EBADF },
        .compression = (enum compression)v->compression,
        .level = (int)v->level,
    };
    struct pack_result got;
    int rc;

    TRY(cli_output_open(v->output, &out, e));
    out.progress = progress_begin(cli->report, "export", 0, 0);
    rc = pack_layer(&pack, &to, &got, e);
    progress_end(out.progress, rc < 0 ? "failed" : "done");
    if (rc < 0)
        return err_wrap(e, "export '%s'", cli->args[0]);
    if (got.sockets_left_out)
        report_note(cli->report, "%llu sockets left out", (unsigned long long)got.sockets_left_out);
    return cli_output_end(&out, e);
}

static int export_bundle(struct cli *cli, const struct export_values *v, struct err *e)
{
    auto_changed c = CHANGED_NONE;
    auto_store *s = NULL;
    auto_fd root = -EBADF;

    TRY(cli_open_store(cli, STORE_WRITE, &s, e));
    TRY(changed_open(s, cli->args[0], cli->report, &c, e));
    root = changed_root(&c, e);
    TRY(root);
    return write_archive(cli, v, root, e);
}

static int export_image(struct cli *cli, const struct export_values *v, struct arena *arena,
                        struct err *e)
{
    auto_cli_image i = { 0 };
    auto_image *image = NULL;
    struct platform platform;
    auto_fd root = -EBADF;

    TRY(cli_platform(arena, v->platform, &platform, e));
    TRY(cli_find(cli, STORE_WRITE, cli->args[0], &i, e));
    TRY(image_open(i.store, i.entry->descriptor, &platform, &image, e));
    TRY(manifest_require_image(image->manifest, e));
    root = view_open(i.store, image, cli->report, e);
    TRY(root);
    return write_archive(cli, v, root, e);
}

static int export_run(struct cli *cli, const void *values, struct err *e)
{
    auto_arena arena = { 0 };

    return changed_is_bundle(cli->args[0]) ? export_bundle(cli, values, e)
                                           : export_image(cli, values, &arena, e);
}

const struct cli_command cmd_export = {
    .name = "export",
    .args = "IMAGE|BUNDLE",
    .summary = "write the files of an image or a bundle into an archive",
    .options = export_options,
    .values_size = sizeof(struct export_values),
    .min_args = 1,
    .max_args = 1,
    .owns_files = true,
    .run = export_run,
};
