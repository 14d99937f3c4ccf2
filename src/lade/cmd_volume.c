// SPDX-License-Identifier: Apache-2.0
/* cmd_volume.c - lade volume: named directories that outlive containers. */
#include "lade/cli.h"

#include "base/cleanup.h"
#include "base/json_write.h"
#include "cli/table.h"
#include "lade/report/quantity.h"
#include "lade/store/volume.h"

#include <string.h>

struct volume_values {
    bool json, quiet, force;
    struct option_list labels;
};

#define OPTION_VALUES struct volume_values

static const struct option volume_options[] = {
    LIST("l", "label", "KEY=VALUE", labels, "create: a label (repeatable)"),
    SWITCH("f", "force", force, "create: it may exist; rm: it may be missing"),
    SWITCH("q", "quiet", quiet, "ls: print names only"),
    JSON_ROW,
    { 0 },
};

static int create(struct cli *cli, const struct volume_values *v, struct err *e)
{
    auto_store *s = NULL;

    TRY(cli_open_store(cli, STORE_WRITE, &s, e));
    for (char **name = cli->args + 1; *name; name++)
        TRY(volume_create(s, *name, v->labels.items, v->force, e));
    return 0;
}

static int remove_volumes(struct cli *cli, const struct volume_values *v, struct err *e)
{
    auto_store *s = NULL;

    TRY(cli_open_store(cli, STORE_WRITE, &s, e));
    for (char **name = cli->args + 1; *name; name++) {
        int rc = volume_remove(s, *name, e);

        if (rc < 0 && !(v->force && e->kind == ERR_NOT_FOUND))
            return rc;
    }
    return 0;
}

static void put_volume(struct json_writer *w, const struct volume *volume)
{
    char created[QUANTITY_TEXT_SIZE];

    quantity_timestamp(volume->created, created);
    json_begin(w, NULL, '{');
    json_put_string(w, "name", volume->name);
    json_put_string(w, "path", volume->path);
    json_put_string(w, "created", created);
    json_put_string(w, "bundle", volume->user);
    json_begin(w, "labels", '{');
    for (size_t i = 0; i < volume->labels.count; i++)
        json_put_string(w, volume->labels.items[i].key, volume->labels.items[i].value);
    json_end(w);
    json_end(w);
}

static void write_table(const struct volumes *all, struct buf *out)
{
    static const char *const titles[] = { "NAME", "CREATED", "BUNDLE", "PATH" };
    auto_table t = { .columns = ARRAY_SIZE(titles) };

    for (size_t i = 0; i < ARRAY_SIZE(titles); i++)
        table_add(&t, titles[i]);
    for (size_t i = 0; i < all->count; i++) {
        char created[QUANTITY_TEXT_SIZE];

        quantity_timestamp(all->items[i].created, created);
        table_add(&t, all->items[i].name);
        table_add(&t, created);
        table_add(&t, all->items[i].user ? all->items[i].user : "-");
        table_add(&t, all->items[i].path);
    }
    table_write(&t, out);
}

static bool is_named(const struct volume *volume, char *const *names)
{
    for (; *names; names++)
        if (strcmp(volume->name, *names) == 0)
            return true;
    return false;
}

static int list(struct cli *cli, const struct volume_values *v, struct err *e)
{
    cleanup(volumes_freep) struct volumes *all = NULL;
    auto_store *s = NULL;
    auto_buf out = { 0 };
    struct json_writer w = { .to = &out };

    if (cli->n_args > 1)
        return err_set(e, ERR_INVALID, "unexpected argument '%s' (usage: volume ls)", cli->args[1]);
    TRY(cli_open_store(cli, STORE_READ, &s, e));
    TRY(volume_list(s, &all, e));
    if (v->json)
        json_begin(&w, NULL, '[');
    for (size_t i = 0; i < all->count && (v->json || v->quiet); i++)
        if (v->json)
            put_volume(&w, &all->items[i]);
        else
            buf_printf(&out, "%s\n", all->items[i].name);
    if (v->json)
        json_end(&w);
    else if (!v->quiet)
        write_table(all, &out);
    return output_buf(&out, e);
}

static int inspect(struct cli *cli, const struct volume_values *v, struct err *e)
{
    cleanup(volumes_freep) struct volumes *all = NULL;
    auto_store *s = NULL;
    auto_buf out = { 0 };
    struct json_writer w = { .to = &out };

    TRY(cli_open_store(cli, STORE_READ, &s, e));
    for (char **name = cli->args + 1; *name; name++) {
        auto_free char *path = NULL;

        TRY(volume_path(s, *name, &path, e)); /* it is there */
    }
    TRY(volume_list(s, &all, e));
    json_begin(&w, NULL, '[');
    for (size_t i = 0; i < all->count; i++)
        if (is_named(&all->items[i], cli->args + 1))
            put_volume(&w, &all->items[i]);
    json_end(&w);
    return output_buf(&out, e);
}

static int volume_run(struct cli *cli, const void *values, struct err *e)
{
    static const struct {
        const char *name;
        bool alone; /* takes no names */
        int (*run)(struct cli *cli, const struct volume_values *v, struct err *e);
    } actions[] = { { "create", false, create },
                    { "ls", true, list },
                    { "rm", false, remove_volumes },
                    { "inspect", false, inspect } };

    for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
        if (strcmp(cli->args[0], actions[i].name) != 0)
            continue;
        if (!actions[i].alone && cli->n_args < 2)
            return err_set(e, ERR_INVALID, "missing argument (usage: volume %s NAME...)",
                           actions[i].name);
        return actions[i].run(cli, values, e);
    }
    return err_set(e, ERR_INVALID, "unknown action '%s' (create, ls, rm or inspect)", cli->args[0]);
}

const struct cli_command cmd_volume = {
    .name = "volume",
    .args = "create|ls|rm|inspect [NAME]...",
    .summary = "make, list, remove and show named volumes",
    .options = volume_options,
    .values_size = sizeof(struct volume_values),
    .min_args = 1,
    .max_args = ANY_ARGS,
    .owns_files = true,
    .run = volume_run,
};
