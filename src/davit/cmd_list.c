// SPDX-License-Identifier: Apache-2.0
/* cmd_list.c - davit list: the library's JSON as a table. */
#include "davit/cli.h"
#include "davit/error.h"
#include "davit/json_table.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"

#include <json-c/json.h>

static const struct option list_options[] = {
    SWITCH("q", "quiet", quiet, "print ids only"),
    CHOICE("f", "format", "table|json", format, FORMAT_FIRST, "how to print (default: table)"),
    { 0 },
};

static const struct table_column columns[] = {
    { "ID", "id" },         { "PID", "pid" },         { "STATUS", "status" },
    { "BUNDLE", "bundle" }, { "CREATED", "created" }, { "OWNER", "owner" },
};

static void put_json(json_object **o)
{
    json_object_put(*o);
}

static void add_ids(struct buf *b, json_object *list)
{
    for (size_t i = 0; i < json_object_array_length(list); i++)
        buf_printf(b, "%s\n", json_table_cell(json_object_array_get_idx(list, i), "id"));
}

static int list_run(struct cli *cli, struct davit_error *e)
{
    const struct option_values *v = &cli->values;
    cleanup(put_json) json_object *list = NULL;
    auto_free char *json = NULL;
    auto_buf b = { 0 };

    TRY(davit_list(cli->context, &json, e));
    if (v->format == FORMAT_JSON && !v->quiet)
        return output_text(json, e);
    list = json_tokener_parse(json);
    if (!json_object_is_type(list, json_type_array))
        return error_set(e, DAVIT_ERROR_PROTOCOL, "read the list of containers: not a JSON array");
    if (v->quiet)
        add_ids(&b, list);
    else
        json_table_add(&b, list, columns, ARRAY_SIZE(columns));
    if (buf_failed(&b))
        return error_os(e, ENOMEM, "print the list of containers");
    return b.len ? output_text(b.data, e) : 0;
}

const struct cli_command cmd_list = {
    .name = "list",
    .args = "",
    .summary = "list the containers below the root directory",
    .options = list_options,
    .run = list_run,
};
