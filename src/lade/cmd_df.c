// SPDX-License-Identifier: Apache-2.0
/* cmd_df.c - lade df: what takes how much room in the store. */
#include "lade/cli.h"

#include "base/cleanup.h"
#include "base/json_write.h"
#include "cli/table.h"
#include "lade/report/quantity.h"
#include "lade/store/usage.h"

struct df_values {
    bool json;
};

#define OPTION_VALUES struct df_values

static const struct option df_options[] = {
    JSON_ROW,
    { 0 },
};

static void add_part(struct table *t, const char *name, const struct usage_part *part)
{
    char bytes[QUANTITY_TEXT_SIZE], unneeded[QUANTITY_TEXT_SIZE];

    quantity_bytes(part->bytes, bytes);
    quantity_bytes(part->unneeded, unneeded);
    table_add(t, name);
    table_printf(t, "%llu", (unsigned long long)part->count);
    table_add(t, bytes);
    table_add(t, unneeded);
}

static void put_part(struct json_writer *w, const char *name, const struct usage_part *part)
{
    json_begin(w, name, '{');
    json_put_uint(w, "count", part->count);
    json_put_uint(w, "bytes", part->bytes);
    json_put_uint(w, "unneeded", part->unneeded);
    json_end(w);
}

static int df_run(struct cli *cli, const void *values, struct err *e)
{
    static const char *const titles[] = { "KIND", "COUNT", "SIZE", "UNNEEDED" };
    const struct df_values *v = values;
    auto_table t = { .columns = ARRAY_SIZE(titles) };
    auto_store *s = NULL;
    auto_buf out = { 0 };
    struct json_writer w = { .to = &out };
    struct usage u;

    TRY(cli_open_store(cli, STORE_READ, &s, e));
    TRY(store_usage(s, &u, e));
    if (v->json) {
        json_begin(&w, NULL, '{');
        json_put_string(&w, "store", store_path(s));
        json_put_uint(&w, "images", u.images);
        put_part(&w, "blobs", &u.blobs);
        put_part(&w, "layers", &u.layers);
        put_part(&w, "partial", &u.partial);
        put_part(&w, "volumes", &u.volumes);
        json_end(&w);
        return output_buf(&out, e);
    }
    for (size_t i = 0; i < ARRAY_SIZE(titles); i++)
        table_add(&t, titles[i]);
    add_part(&t, "blobs", &u.blobs);
    add_part(&t, "layers", &u.layers);
    add_part(&t, "partial", &u.partial);
    add_part(&t, "volumes", &u.volumes);
    table_write(&t, &out);
    return output_buf(&out, e);
}

const struct cli_command cmd_df = {
    .name = "df",
    .args = "",
    .summary = "print what takes how much room in the store",
    .options = df_options,
    .values_size = sizeof(struct df_values),
    .run = df_run,
};
