// SPDX-License-Identifier: Apache-2.0
/* cmd_rmi.c - lade rmi: remove images and what only they need. */
#include "lade/cli.h"

#include <string.h>

struct rmi_values {
    bool force;
};

#define OPTION_VALUES struct rmi_values

static const struct option rmi_options[] = {
    SWITCH("f", "force", force,
           "also when it has several names or a bundle uses it; no image of that name is no error"),
    { 0 },
};

/* Whether the text was the entry's name, not its digest: then only that name goes. */
static bool means_name(const struct store_entry *entry, const char *text)
{
    const char *encoded = digest_encoded(&entry->descriptor->digest);

    return entry->name && !strstr(text, encoded) && strncmp(encoded, text, strlen(text)) != 0 &&
           strncmp(entry->descriptor->digest.text, text, strlen(text)) != 0;
}

static int remove_one(struct cli *cli, const char *text, bool force, struct err *e)
{
    auto_cli_image i = { 0 };
    int rc = cli_find(cli, STORE_WRITE, text, &i, e);

    if (rc < 0)
        return force && e->kind == ERR_NOT_FOUND ? 0 : rc;
    TRY(store_remove(i.store, i.entry, means_name(i.entry, text), force, e));
    report_note(cli->report, "removed %s",
                i.entry->name ? i.entry->name : i.entry->descriptor->digest.text);
    return 0;
}

static int rmi_run(struct cli *cli, const void *values, struct err *e)
{
    const struct rmi_values *v = values;

    for (char **text = cli->args; *text; text++)
        TRY(remove_one(cli, *text, v->force, e));
    return 0;
}

const struct cli_command cmd_rmi = {
    .name = "rmi",
    .args = "IMAGE...",
    .summary = "remove images",
    .options = rmi_options,
    .values_size = sizeof(struct rmi_values),
    .min_args = 1,
    .max_args = ANY_ARGS,
    .owns_files = true,
    .run = rmi_run,
};
