// SPDX-License-Identifier: Apache-2.0
/* cmd_tag.c - lade tag and untag: names that come and go, with the image staying. */
#include "lade/cli.h"

#include "lade/name/reference.h"

#include <string.h>

struct tag_values {
    bool force;
};

#define OPTION_VALUES struct tag_values

static const struct option tag_options[] = {
    SWITCH("f", "force", force, "take the name from another image that has it"),
    { 0 },
};

/* Under its full name, so that everybody finds it; a name that is given with a digest as well says
 * two things. */
static int full_name(const char *text, char ret[REFERENCE_TEXT_SIZE], struct err *e)
{
    struct reference r;

    TRY(reference_parse(text, &r, e));
    if (r.has_digest)
        return err_set(e, ERR_INVALID, "'%.*s': a new name has no digest", 200, text);
    reference_format(&r, ret);
    return 0;
}

static int tag_run(struct cli *cli, const void *values, struct err *e)
{
    const struct tag_values *v = values;
    enum store_name_mode mode = v->force ? STORE_NAME_REPLACE : STORE_NAME_NEW;
    auto_cli_image i = { 0 };

    TRY(cli_find(cli, STORE_WRITE, cli->args[0], &i, e));
    for (char **name = cli->args + 1; *name; name++) {
        char full[REFERENCE_TEXT_SIZE];

        TRY(full_name(*name, full, e));
        TRY(store_name(i.store, i.entry->descriptor, full, mode, e));
        report_note(cli->report, "%s is %s", full, i.entry->descriptor->digest.text);
    }
    return 0;
}

const struct cli_command cmd_tag = {
    .name = "tag",
    .args = "IMAGE NAME...",
    .summary = "give an image more names",
    .options = tag_options,
    .values_size = sizeof(struct tag_values),
    .min_args = 2,
    .max_args = ANY_ARGS,
    .run = tag_run,
};

static const struct option untag_options[] = { { 0 } };

static int untag_run(struct cli *cli, const void *values, struct err *e)
{
    for (char **text = cli->args; *text; text++) {
        auto_cli_image i = { 0 };

        TRY(cli_find(cli, STORE_WRITE, *text, &i, e));
        if (!i.entry->name)
            return err_set(e, ERR_NOT_FOUND, "'%.*s' has no name", 200, *text);
        if (i.entry->factory)
            return err_set(e, ERR_UNSUPPORTED,
                           "'%.*s' is in a factory store, which is never changed", 200, *text);
        TRY(store_unname(i.store, i.entry->name, e));
    }
    return 0;
}

const struct cli_command cmd_untag = {
    .name = "untag",
    .args = "NAME...",
    .summary = "take names away; the images stay",
    .options = untag_options,
    .min_args = 1,
    .max_args = ANY_ARGS,
    .run = untag_run,
};
