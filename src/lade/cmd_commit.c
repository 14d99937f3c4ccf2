// SPDX-License-Identifier: Apache-2.0
/* cmd_commit.c - lade commit: what was changed in a bundle becomes a layer of a new image. */
#include "lade/cli.h"

#include "base/cleanup.h"
#include "lade/bundle/changed.h"
#include "lade/name/reference.h"
#include "lade/revision/layer.h"

struct commit_values {
    const char *comment, *created;
    int compression;
    unsigned level;
    bool force, json;
};

#define OPTION_VALUES struct commit_values

static const struct option commit_options[] = {
    COMPRESSION_ROW,
    LEVEL_ROW,
    TEXT("m", "comment", "TEXT", comment, "the comment of the history entry"),
    TEXT(NULL, "created", "TIME", created,
         "the time of creation, as in RFC 3339 (default: $SOURCE_DATE_EPOCH, or now)"),
    SWITCH("f", "force", force, "take the name from another image that has it"),
    JSON_ROW,
    { 0 },
};

static int pack_changes(const struct commit_values *v, struct store *s, struct changed *c,
                        const struct revision *r, struct revision_layer *ret, uint64_t *ret_entries,
                        struct err *e)
{
    struct pack_options pack = {
        .source = c->source,
        .compression = cli_compression(v->compression),
        .level = (int)v->level,
        .clamp = r->clamp,
        .clamp_to = r->clamp_to,
    };

    if (layer_from_files(s, &pack, ret, ret_entries, e) == 0)
        return 0;
    if (e->kind != ERR_UNSUPPORTED)
        return -e->code;
    TRY(changed_look_at_all(c, e));
    pack.source = c->source;
    return layer_from_files(s, &pack, ret, ret_entries, e);
}

static int add_changes(struct cli *cli, const struct commit_values *v, struct store *s,
                       struct changed *c, struct revision *r, struct err *e)
{
    struct progress *progress = progress_begin(cli->report, "commit", 0, 0);
    struct revision_layer layer;
    uint64_t entries = 0;
    int rc = pack_changes(v, s, c, r, &layer, &entries, e);

    progress_end(progress, rc < 0 ? "failed" : "done");
    if (rc < 0)
        return err_wrap(e, "commit '%s'", cli->args[0]);
    if (entries == 0)
        report_note(cli->report, "nothing was changed: the new image has no new layer");
    else
        TRY(revision_add_layer(r, &layer, e));
    return revision_add_history(r, "lade commit", v->comment, entries == 0, e);
}

static int commit_run(struct cli *cli, const void *values, struct err *e)
{
    const struct commit_values *v = values;
    const char *name = cli->n_args > 1 ? cli->args[1] : NULL;
    enum store_name_mode mode = v->force ? STORE_NAME_REPLACE : STORE_NAME_NEW;
    auto_changed c = CHANGED_NONE;
    auto_revision r = { 0 };
    auto_store *s = NULL;
    char full[REFERENCE_TEXT_SIZE];
    struct descriptor result;
    struct reference reference;

    if (name) {
        TRY(reference_parse(name, &reference, e));
        reference_format(&reference, full);
        name = full;
    }
    TRY(cli_open_store(cli, STORE_WRITE, &s, e));
    TRY(changed_open(s, cli->args[0], cli->report, &c, e));
    TRY(revision_begin(&r, c.image, NULL, v->created, e));
    TRY(add_changes(cli, v, s, &c, &r, e));
    TRY(revision_write(&r, s, name, mode, &result, e));
    return cli_print_image(cli, name, &result, v->json, e);
}

const struct cli_command cmd_commit = {
    .name = "commit",
    .args = "BUNDLE [NAME]",
    .summary = "make an image of what was changed in a bundle",
    .options = commit_options,
    .values_size = sizeof(struct commit_values),
    .min_args = 1,
    .max_args = 2,
    .owns_files = true,
    .run = commit_run,
};
