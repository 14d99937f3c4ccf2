// SPDX-License-Identifier: Apache-2.0
/* cmd_tags.c - lade tags: which tags a repository has. */
#include "lade/registry_flags.h"

#include "base/cleanup.h"
#include "base/json_write.h"

#include <fnmatch.h>

struct tags_values {
    struct registry_flags registry;
    struct option_list include, exclude;
    bool json;
};

#define OPTION_VALUES struct tags_values

static const struct option tags_options[] = {
    LIST(NULL, "include", "PATTERN", include, "only tags that match, such as 'v1.*' (repeatable)"),
    LIST(NULL, "exclude", "PATTERN", exclude, "no tags that match (repeatable)"),
    REGISTRY_ROWS,
    JSON_ROW,
    { 0 },
};

struct output {
    const struct tags_values *v;
    struct buf text;
    struct json_writer w;
};

static bool matches(const struct option_list *patterns, const char *tag)
{
    for (size_t i = 0; i < patterns->n; i++)
        if (fnmatch(patterns->items[i], tag, 0) == 0)
            return true;
    return false;
}

static int add(void *user, const char *tag, struct err *e)
{
    struct output *o = user;

    if ((o->v->include.n && !matches(&o->v->include, tag)) || matches(&o->v->exclude, tag))
        return 0;
    if (o->v->json)
        json_put_string(&o->w, NULL, tag);
    else
        buf_printf(&o->text, "%s\n", tag);
    return 0;
}

static int tags_run(struct cli *cli, const void *values, struct err *e)
{
    struct output o = { .v = values, .w = { .to = &o.text } };
    auto_session session = { 0 };
    auto_repository *repository = NULL;
    struct reference r;
    int rc;

    TRY(repository_parse(cli->args[0], &r, e));
    TRY(registry_session_open(cli, &o.v->registry, &session, e));
    TRY(repository_open(session.registry, &r, REPOSITORY_PULL, &repository, e));
    if (o.v->json)
        json_begin(&o.w, NULL, '[');
    rc = repository_tags(repository, add, &o, e);
    if (o.v->json)
        json_end(&o.w);
    if (rc == 0)
        rc = output_buf(&o.text, e);
    buf_done(&o.text);
    return rc;
}

const struct cli_command cmd_tags = {
    .name = "tags",
    .args = "REPOSITORY",
    .summary = "list the tags that a repository has",
    .options = tags_options,
    .values_size = sizeof(struct tags_values),
    .min_args = 1,
    .max_args = 1,
    .run = tags_run,
};
