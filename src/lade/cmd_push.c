// SPDX-License-Identifier: Apache-2.0
/* cmd_push.c - lade push: an image from the store to a registry. */
#include "lade/registry_flags.h"

#include "base/cleanup.h"
#include "base/json_write.h"
#include "lade/report/quantity.h"
#include "lade/transfer/push.h"

struct push_values {
    struct registry_flags registry;
    const char *platform, *chunk;
    unsigned jobs;
    bool json;
};

#define OPTION_VALUES struct push_values

// clang-format off
static const struct option push_options[] = {
    TEXT(NULL, "platform", "OS/ARCH[/VARIANT]", platform, "of an index, only the image for it"),
    TEXT(NULL, "chunk-size", "BYTES", chunk, "send blobs in several requests of so many bytes (also 16Mi)"),
    NUMBER("j", "jobs", "N", jobs, "blobs that go at the same time (default: 3, 1 with --low-mem)"),
    REGISTRY_ROWS,
    JSON_ROW,
    { 0 },
};
// clang-format on

static int print(const struct push_values *v, const struct reference *to,
                 const struct digest *digest, struct err *e)
{
    char name[REFERENCE_TEXT_SIZE];
    auto_buf out = { 0 };
    struct json_writer w = { .to = &out };

    if (!v->json)
        return output_text(digest->text, e);
    reference_format(to, name);
    json_begin(&w, NULL, '{');
    json_put_string(&w, "name", name);
    json_put_string(&w, "digest", digest->text);
    json_end(&w);
    return output_buf(&out, e);
}

static int push_run(struct cli *cli, const void *values, struct err *e)
{
    const struct push_values *v = values;
    cleanup(arena_done) struct arena arena = { 0 };
    auto_store *store = NULL;
    auto_session session = { 0 };
    struct platform platform;
    struct reference to;
    struct digest digest;
    struct push p = { .report = cli->report,
                      .cancelled = &session.cancelled,
                      .name = cli->args[0],
                      .to = &to,
                      .jobs = v->jobs };

    TRY(reference_parse(cli->args[cli->n_args - 1], &to, e));
    if (v->chunk)
        TRY(quantity_parse_size(v->chunk, "--chunk-size", &p.chunk, e));
    if (v->platform) {
        TRY(platform_parse(&arena, v->platform, &platform, e));
        p.platform = &platform;
    }
    TRY(cli_open_store(cli, STORE_READ, &store, e));
    TRY(registry_session_open(cli, &v->registry, &session, e));
    p.store = store;
    p.registry = session.registry;
    TRY(push(&p, &digest, e));
    return print(v, &to, &digest, e);
}

const struct cli_command cmd_push = {
    .name = "push",
    .args = "IMAGE [NAME]",
    .summary = "send an image to the registry of its name, or of another one",
    .options = push_options,
    .values_size = sizeof(struct push_values),
    .min_args = 1,
    .max_args = 2,
    .run = push_run,
};
