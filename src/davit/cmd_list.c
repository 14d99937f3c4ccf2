// SPDX-License-Identifier: Apache-2.0
/* cmd_list.c - davit list: the library's JSON as a table. */
#include "davit/cli.h"
#include "davit/error.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"

#include <json-c/json.h>
#include <string.h>

static const struct option list_options[] = {
    SWITCH("q", "quiet", quiet, "print ids only"),
    CHOICE("f", "format", "table|json", format, FORMAT_FIRST, "how to print (default: table)"),
    { 0 },
};

static const struct {
    const char *title, *key;
} columns[] = {
    { "ID", "id" },         { "PID", "pid" },         { "STATUS", "status" },
    { "BUNDLE", "bundle" }, { "CREATED", "created" }, { "OWNER", "owner" },
};

static void put_json(json_object **o)
{
    json_object_put(*o);
}

/* "" for what is missing. The text is row's. */
static const char *cell(json_object *row, size_t column)
{
    json_object *value = json_object_object_get(row, columns[column].key);

    return value ? json_object_get_string(value) : "";
}

/* A bundle's path may hold anything; in a table it must stay on its line. */
static void add_printable(struct buf *b, const char *text)
{
    for (; *text; text++) {
        bool control = (unsigned char)*text < 0x20 || *text == 0x7f;

        buf_add(b, control ? "?" : text, 1);
    }
}

/* The last column is not padded: no white space at line ends. */
static void add_cell(struct buf *b, size_t column, const char *text, size_t width)
{
    add_printable(b, text);
    if (column + 1 < ARRAY_SIZE(columns))
        buf_printf(b, "%*s", (int)(width - strlen(text) + 2), "");
    else
        buf_puts(b, "\n");
}

static void add_table(struct buf *b, json_object *list)
{
    size_t width[ARRAY_SIZE(columns)], n = json_object_array_length(list);

    for (size_t c = 0; c < ARRAY_SIZE(columns); c++) {
        width[c] = strlen(columns[c].title);
        for (size_t i = 0; i < n; i++) {
            size_t len = strlen(cell(json_object_array_get_idx(list, i), c));

            width[c] = len > width[c] ? len : width[c];
        }
    }
    for (size_t c = 0; c < ARRAY_SIZE(columns); c++)
        add_cell(b, c, columns[c].title, width[c]);
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < ARRAY_SIZE(columns); c++)
            add_cell(b, c, cell(json_object_array_get_idx(list, i), c), width[c]);
}

static void add_ids(struct buf *b, json_object *list)
{
    for (size_t i = 0; i < json_object_array_length(list); i++)
        buf_printf(b, "%s\n", cell(json_object_array_get_idx(list, i), 0));
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
        add_table(&b, list);
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
