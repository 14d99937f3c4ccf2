// SPDX-License-Identifier: Apache-2.0
/* cmd_check.c - davit check. */
#include "davit/cli.h"
#include "davit/error.h"
#include "davit/json_table.h"

#include "base/cleanup.h"
#include "base/err.h"

static const struct option check_options[] = {
    CHOICE("f", "format", "table|json", format, FORMAT_FIRST, "how to print (default: table)"),
    { 0 },
};

static const struct table_column columns[] = {
    { "AREA", "area" },
    { "WHAT", "what" },
    { "FOUND", "found" },
    { "SO", "so" },
};

static void put_json(json_object **o)
{
    json_object_put(*o);
}

static int check_run(struct cli *cli, struct davit_error *e)
{
    cleanup(put_json) json_object *list = NULL;
    auto_free char *json = NULL;
    auto_buf b = { 0 };

    TRY(davit_check(&json, e));
    if (cli->values.format == FORMAT_JSON)
        return output_text(json, e);
    list = json_tokener_parse(json);
    if (!json_object_is_type(list, json_type_array))
        return error_set(e, DAVIT_ERROR_PROTOCOL, "read what was found: not a JSON array");
    json_table_add(&b, list, columns, ARRAY_SIZE(columns));
    if (buf_failed(&b))
        return error_os(e, ENOMEM, "print what was found");
    return output_text(b.data, e);
}

const struct cli_command cmd_check = {
    .name = "check",
    .args = "",
    .summary = "print what this host offers and what davit will do with it",
    .options = check_options,
    .standalone = true,
    .run = check_run,
};
