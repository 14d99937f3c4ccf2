// SPDX-License-Identifier: Apache-2.0
/* cmd_save.c - lade save: images into an archive. */
#include "lade/cli.h"

#include "base/cleanup.h"
#include "lade/archive/save.h"
#include "lade/cli_file.h"

#include <errno.h>

enum { FORMAT_DOCKER, FORMAT_OCI };

struct save_values {
    const char *output, *platform;
    int format;
};

#define OPTION_VALUES struct save_values

static const struct option save_options[] = {
    TEXT("o", "output", "FILE", output, "write here instead of to standard output"),
    CHOICE(NULL, "format", "docker|oci", format, FORMAT_DOCKER,
           "docker: read by all; oci: an image layout and nothing else (default: docker)"),
    TEXT(NULL, "platform", "OS/ARCH[/VARIANT]", platform,
         "only this one of an index's images (default: all that are here)"),
    { 0 },
};

static int find_all(struct cli *cli, const struct store_names *names,
                    const struct store_entry ***ret, struct err *e)
{
    auto_free const struct store_entry **entries = calloc((size_t)cli->n_args, sizeof *entries);

    if (!entries)
        return err_os(e, ENOMEM, "save images");
    for (int i = 0; i < cli->n_args; i++)
        TRY(store_find(names, cli->args[i], &entries[i], e));
    *ret = take_ptr(entries);
    return 0;
}

static int save(struct cli *cli, const struct save_values *v, struct arena *arena, struct err *e)
{
    auto_cli_output out = { .fd = -EBADF };
    cleanup(store_names_freep) struct store_names *names = NULL;
    auto_free const struct store_entry **entries = NULL;
    struct byte_sink to = cli_output_sink(&out);
    struct platform platform, host;
    struct save_options options = { .docker = v->format == FORMAT_DOCKER ? &host : NULL };
    auto_store *s = NULL;
    int rc;

    TRY(platform_host(arena, &host, e));
    if (v->platform)
        TRY(platform_parse(arena, v->platform, &platform, e));
    options.platform = v->platform ? &platform : NULL;
    TRY(cli_open_store(cli, STORE_READ, &s, e));
    TRY(store_list(s, &names, e));
    TRY(find_all(cli, names, &entries, e));
    TRY(cli_output_open(v->output, &out, e));
    out.progress = progress_begin(cli->report, "archive", 0, 0);
    rc = archive_save(s, entries, (size_t)cli->n_args, &options, &to, e);
    progress_end(out.progress, rc < 0 ? "failed" : "done");
    TRY(rc);
    return cli_output_end(&out, e);
}

static int save_run(struct cli *cli, const void *values, struct err *e)
{
    auto_arena arena = { 0 };

    return save(cli, values, &arena, e);
}

const struct cli_command cmd_save = {
    .name = "save",
    .args = "IMAGE...",
    .summary = "write images into an archive",
    .options = save_options,
    .values_size = sizeof(struct save_values),
    .min_args = 1,
    .max_args = ANY_ARGS,
    .run = save_run,
};
