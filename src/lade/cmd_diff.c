// SPDX-License-Identifier: Apache-2.0
/* cmd_diff.c - lade diff: what was changed in a bundle, or between two images. */
#include "lade/cli.h"

#include "base/cleanup.h"
#include "base/json_write.h"
#include "cli/table.h"
#include "lade/bundle/changed.h"
#include "lade/bundle/view.h"

struct diff_values {
    bool json;
    const char *platform;
};

#define OPTION_VALUES struct diff_values

static const struct option diff_options[] = {
    PLATFORM_ROW,
    JSON_ROW,
    { 0 },
};

struct diff_output {
    struct buf text;
    struct json_writer json;
    bool as_json;
};

static int add_change(void *user, const struct change *c, struct err *e)
{
    static const char letters[] = {
        [CHANGE_ADDED] = 'A', [CHANGE_MODIFIED] = 'C', [CHANGE_DELETED] = 'D'
    };
    struct diff_output *out = user;
    char path[4096 + 2], kind[2] = { letters[c->kind] };

    if (c->kind == CHANGE_PASSED)
        return 0;
    snprintf(path, sizeof path, "/%s", c->path);
    if (out->as_json) {
        json_begin(&out->json, NULL, '{');
        json_put_string(&out->json, "kind", kind);
        json_put_string(&out->json, "path", path);
        json_end(&out->json);
        return 0;
    }
    buf_printf(&out->text, "%s ", kind);
    add_printable(&out->text, path);
    buf_puts(&out->text, "\n");
    return 0;
}

static int diff_bundle(struct cli *cli, struct store *s, struct diff_output *out, struct err *e)
{
    auto_changed c = CHANGED_NONE;
    size_t before = out->text.len;
    struct json_writer json = out->json;

    TRY(changed_open(s, cli->args[0], cli->report, &c, e));
    if (changes_walk(&c.source, add_change, out, e) == 0)
        return 0;
    if (e->kind != ERR_UNSUPPORTED)
        return -e->code;
    TRY(changed_look_at_all(&c, e));
    out->text.len = before;
    out->json = json;
    return changes_walk(&c.source, add_change, out, e);
}

/* One image's files: an fd. */
static int open_view(struct cli *cli, struct store *s, const struct store_names *names,
                     const char *text, const struct platform *platform, struct err *e)
{
    const struct store_entry *entry;
    auto_image *image = NULL;

    TRY(store_find(names, text, &entry, e));
    TRY(image_open(s, entry->descriptor, platform, &image, e));
    TRY(manifest_require_image(image->manifest, e));
    return view_open(s, image, cli->report, e);
}

static int diff_images(struct cli *cli, struct store *s, const struct platform *platform,
                       struct diff_output *out, struct err *e)
{
    cleanup(store_names_freep) struct store_names *names = NULL;
    struct changes_source source = { .form = CHANGES_TREE };
    auto_fd before = -EBADF, after = -EBADF;

    TRY(store_list(s, &names, e));
    before = open_view(cli, s, names, cli->args[0], platform, e);
    TRY(before);
    after = open_view(cli, s, names, cli->args[1], platform, e);
    TRY(after);
    source.lower = before;
    source.root = after;
    return changes_walk(&source, add_change, out, e);
}

static int diff(struct cli *cli, const struct diff_values *v, struct arena *arena,
                struct diff_output *out, struct err *e)
{
    auto_store *s = NULL;
    struct platform platform;

    TRY(cli_platform(arena, v->platform, &platform, e));
    TRY(cli_open_store(cli, STORE_WRITE, &s, e));
    if (v->json)
        json_begin(&out->json, NULL, '[');
    TRY(cli->n_args == 1 ? diff_bundle(cli, s, out, e) : diff_images(cli, s, &platform, out, e));
    if (v->json)
        json_end(&out->json);
    return output_buf(&out->text, e);
}

static int diff_run(struct cli *cli, const void *values, struct err *e)
{
    const struct diff_values *v = values;
    struct diff_output out = { .as_json = v->json };
    auto_arena arena = { 0 };
    int rc;

    out.json.to = &out.text;
    rc = diff(cli, v, &arena, &out, e);
    buf_done(&out.text);
    return rc;
}

const struct cli_command cmd_diff = {
    .name = "diff",
    .args = "BUNDLE|IMAGE [IMAGE]",
    .summary = "list what was changed in a bundle, or between two images",
    .options = diff_options,
    .values_size = sizeof(struct diff_values),
    .min_args = 1,
    .max_args = 2,
    .owns_files = true,
    .run = diff_run,
};
