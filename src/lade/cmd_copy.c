// SPDX-License-Identifier: Apache-2.0
/* cmd_copy.c - lade copy: an image from one registry to another. */
#include "lade/registry_flags.h"

#include "base/cleanup.h"
#include "lade/report/quantity.h"
#include "lade/transfer/copy.h"

struct copy_values {
    struct registry_flags registry;
    struct option_list platforms;
    const char *chunk;
    bool referrers;
    unsigned jobs;
};

#define OPTION_VALUES struct copy_values

// clang-format off
static const struct option copy_options[] = {
    LIST(NULL, "platform", "OS/ARCH[/VARIANT]", platforms,
         "of an index, only the image for it; of several, also a,b, an index of these (default: all)"),
    SWITCH(NULL, "referrers", referrers, "signatures and whatever else refers to it, too"),
    TEXT(NULL, "chunk-size", "BYTES", chunk, "send blobs in several requests of so many bytes (also 16Mi)"),
    NUMBER("j", "jobs", "N", jobs, "blobs that pass at the same time (default: 3, 1 with --low-mem)"),
    REGISTRY_ROWS,
    { 0 },
};
// clang-format on

static int copy_run(struct cli *cli, const void *values, struct err *e)
{
    const struct copy_values *v = values;
    cleanup(arena_done) struct arena arena = { 0 };
    auto_session session = { 0 };
    struct reference from, to;
    struct platform *platforms = NULL;
    bool all = false;
    struct digest digest;
    struct copy c = { .report = cli->report,
                      .cancelled = &session.cancelled,
                      .from = &from,
                      .to = &to,
                      .referrers = v->referrers,
                      .jobs = v->jobs };

    TRY(reference_parse(cli->args[0], &from, e));
    TRY(reference_parse(cli->args[1], &to, e));
    if (v->chunk)
        TRY(quantity_parse_size(v->chunk, "--chunk-size", &c.chunk, e));
    TRY(platforms_read(&arena, &v->platforms, &platforms, &c.platform_count, &all, e));
    if (c.platform_count > 0 && !all)
        c.platforms = platforms;
    TRY(registry_session_open(cli, &v->registry, &session, e));
    c.registry = session.registry;
    TRY(copy(&c, &digest, e));
    return output_text(digest.text, e);
}

const struct cli_command cmd_copy = {
    .name = "copy",
    .args = "FROM TO",
    .summary = "copy an image between registries, without keeping it here",
    .options = copy_options,
    .values_size = sizeof(struct copy_values),
    .min_args = 2,
    .max_args = 2,
    .run = copy_run,
};
