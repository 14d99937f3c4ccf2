// SPDX-License-Identifier: Apache-2.0
/* cmd_pull.c - lade pull: images from registries into the store. */
#include "lade/registry_flags.h"
#include "lade/trust_flags.h"

#include "base/cleanup.h"
#include "base/json_write.h"
#include "lade/transfer/pull.h"

struct pull_values {
    struct registry_flags registry;
    struct trust_flags trust;
    struct option_list platforms;
    int policy;
    unsigned jobs;
    bool json, referrers, strict;
};

#define OPTION_VALUES struct pull_values

// clang-format off
static const struct option pull_options[] = {
    LIST(NULL, "platform", "OS/ARCH[/VARIANT]", platforms,
         "which images of an index, also a,b or all (default: this machine's)"),
    CHOICE(NULL, "policy", "always|missing|never", policy, PULL_ALWAYS,
           "whether the registry is asked (default: always)"),
    NUMBER("j", "jobs", "N", jobs, "blobs that come at the same time (default: 3, 1 with --low-mem)"),
    STRICT_PLATFORM_ROW(strict),
    TRUST_ROWS,
    SWITCH(NULL, "referrers", referrers, "signatures and whatever else refers to the images, too"),
    REGISTRY_ROWS,
    JSON_ROW,
    { 0 },
};
// clang-format on

static void print_one(struct json_writer *w, struct buf *out, const struct pull_values *v,
                      const struct reference *r, const struct pulled *pulled)
{
    char name[REFERENCE_TEXT_SIZE];

    if (!v->json) {
        buf_printf(out, "%s\n", pulled->digest.text);
        return;
    }
    reference_format(r, name);
    json_begin(w, NULL, '{');
    json_put_string(w, "name", name);
    json_put_string(w, "digest", pulled->digest.text);
    json_put_bool(w, "changed", pulled->changed);
    json_end(w);
}

static int pull_each(struct cli *cli, const struct pull_values *v, struct pull *p, struct buf *out,
                     struct err *e)
{
    struct json_writer w = { .to = out };

    if (v->json)
        json_begin(&w, NULL, '[');
    for (int i = 0; i < cli->n_args; i++) {
        struct pulled pulled;
        struct reference r;

        TRY(reference_parse(cli->args[i], &r, e));
        p->reference = &r;
        TRY(pull(p, &pulled, e));
        if (!pulled.changed)
            report_note(cli->report, "%s is up to date", cli->args[i]);
        print_one(&w, out, v, &r, &pulled);
    }
    if (v->json)
        json_end(&w);
    return 0;
}

static int pull_run(struct cli *cli, const void *values, struct err *e)
{
    const struct pull_values *v = values;
    cleanup(arena_done) struct arena arena = { 0 };
    struct platform *platforms = NULL;
    auto_store *store = NULL;
    auto_session session = { 0 };
    auto_trust trust = { 0 };
    auto_buf out = { 0 };
    struct pull p = { .report = cli->report,
                      .cancelled = &session.cancelled,
                      .policy = (enum pull_policy)v->policy,
                      .jobs = v->jobs,
                      .referrers = v->referrers,
                      .strict_platform = v->strict };
    int rc;

    TRY(platforms_read(&arena, &v->platforms, &platforms, &p.platform_count, &p.all_platforms, e));
    p.platforms = platforms;
    TRY(trust_open(&v->trust, &trust, e));
    if (trust.key_count)
        p.trust = &trust;
    TRY(cli_open_store(cli, STORE_WRITE, &store, e));
    p.store = store;
    if (p.policy != PULL_NEVER)
        TRY(registry_session_open(cli, &v->registry, &session, e));
    p.registry = session.registry;
    rc = pull_each(cli, v, &p, &out, e);
    if (rc < 0) {
        struct err none;

        /* Those before the one that failed are in the store. */
        if (!v->json)
            output_buf(&out, &none);
        return rc;
    }
    return output_buf(&out, e);
}

const struct cli_command cmd_pull = {
    .name = "pull",
    .args = "NAME...",
    .summary = "get images from their registries and print their digests",
    .options = pull_options,
    .values_size = sizeof(struct pull_values),
    .min_args = 1,
    .max_args = ANY_ARGS,
    .run = pull_run,
};
