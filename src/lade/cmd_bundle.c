// SPDX-License-Identifier: Apache-2.0
/* cmd_bundle.c - lade bundle: an image as a bundle that any runtime runs. */
#include "lade/commands.h"
#include "lade/get_image.h"

#include "base/cleanup.h"
#include "base/json_write.h"
#include "lade/bundle/make.h"

#include <string.h>

struct bundle_values {
    struct bundle_request request;
    struct registry_flags registry;
    struct trust_flags trust;
    int pull;
    bool json, rm;
};

#define OPTION_VALUES struct bundle_values

static const struct option bundle_options[] = {
    BUNDLE_ROWS,
    PULL_ROW,
    STRICT_PLATFORM_ROW(request.strict_platform),
    TRUST_ROWS,
    REGISTRY_ROWS,
    SWITCH(NULL, "rm", rm, "take the bundle DIR down and remove it instead"),
    JSON_ROW,
    { 0 },
};

static int print_result(const struct bundle *b, bool json, struct err *e)
{
    auto_buf text = { 0 };
    struct json_writer w = { .to = &text };

    if (!json)
        return output_text(b->path, e);
    json_begin(&w, NULL, '{');
    json_put_string(&w, "bundle", b->path);
    json_put_string(&w, "mode", rootfs_mode_name(b->mode));
    json_end(&w);
    return output_buf(&text, e);
}

/* DIR "-": nothing is made. */
static int print_config(const struct bundle_job *job, struct err *e)
{
    auto_buf text = { 0 };

    TRY(bundle_config(job, &text, e));
    return output_buf(&text, e);
}

static int bundle_run(struct cli *cli, const void *data, struct err *e)
{
    const struct bundle_values *v = data;
    cleanup(bundle_done) struct bundle b = { .dir = -EBADF };
    auto_store *store = NULL;
    struct bundle_job job = { .request = &v->request, .report = cli->report };
    struct image_wanted wanted = { .platform = v->request.platform,
                                   .strict_platform = v->request.strict_platform,
                                   .pull = v->pull,
                                   .registry = &v->registry,
                                   .trust = &v->trust };
    struct digest signed_digest;

    TRY(cli_open_store(cli, STORE_WRITE, &store, e));
    if (v->rm)
        return bundle_remove(store, cli->args[0], e);
    if (cli->n_args < 2)
        return err_set(e, ERR_INVALID,
                       "missing argument (usage: bundle [OPTION]... IMAGE DIR [COMMAND...])");
    job.store = store;
    job.image = cli->args[0];
    job.dir = cli->args[1];
    job.args = cli->args + 2;
    job.n_args = cli->n_args - 2;
    job.own_ids = cli->entered ? &cli->own_ids : NULL;
    wanted.name = job.image;
    wanted.unpacked = strcmp(job.dir, "-") != 0 && !job.own_ids && v->request.mode != ROOTFS_COPY;
    TRY(get_image(cli, store, &wanted, &signed_digest, e));
    job.digest = signed_digest.text[0] ? &signed_digest : NULL;
    if (strcmp(job.dir, "-") == 0)
        return print_config(&job, e);
    TRY(bundle_make(&job, &b, e));
    report_note(cli->report, "root filesystem: %s", rootfs_mode_name(b.mode));
    return print_result(&b, v->json, e);
}

const struct cli_command cmd_bundle = {
    .name = "bundle",
    .args = "IMAGE DIR [COMMAND [ARG...]]",
    .summary = "make a bundle of an image, or print its config.json (DIR -)",
    .options = bundle_options,
    .values_size = sizeof(struct bundle_values),
    .min_args = 1,
    .max_args = ANY_ARGS,
    .stop_after = 2,
    .owns_files = true,
    .run = bundle_run,
};
