// SPDX-License-Identifier: Apache-2.0
/* refused.c - changes of a case's configuration that are errors. */
#include "refused.h"

#include "base/cleanup.h"
#include "base/json_fields.h"

#include <errno.h>
#include <json-c/json.h>
#include <string.h>

static void merge(struct json_object *to, struct json_object *change)
{
    json_object_object_foreach(change, key, value)
    {
        struct json_object *there = json_object_object_get(to, key);

        if (!value)
            json_object_object_del(to, key);
        else if (json_object_is_type(value, json_type_object) &&
                 json_object_is_type(there, json_type_object))
            merge(there, value);
        else
            json_object_object_add(to, key, json_object_get(value));
    }
}

/* The error's line, without its newline. */
static int retell_one(const char *config, const char *change, size_t len, const struct recipe *r,
                      char *ret, size_t size, struct err *e)
{
    cleanup(json_putp) struct json_object *whole = NULL, *patch = NULL;
    cleanup(spec_freep) struct spec *s = NULL;
    auto_free struct plan *plan = NULL;
    struct err why = { 0 };
    const char *text;

    TRY(json_parse(config, strlen(config), &whole, e));
    TRY(json_parse(change, len, &patch, e));
    if (!json_object_is_type(patch, json_type_object))
        return err_set(e, ERR_INVALID, "'%.*s' is no object", (int)len, change);
    merge(whole, patch);
    text = json_object_to_json_string(whole);
    if (spec_parse(text, strlen(text), &s, &why) == 0 && recipe_plan(r, s, &plan, &why) == 0)
        return err_set(e, ERR_INVALID, "'%.*s' is accepted", (int)len, change);
    err_format(&why, ret, size);
    return 0;
}

int refused_retell(const char *config, const char *list, const struct recipe *r, struct buf *ret,
                   struct err *e)
{
    char line[ERR_TEXT_MAX + 128];

    while (*list) {
        size_t len = strcspn(list, "\n");

        if (*list == '{')
            TRY(retell_one(config, list, len, r, line, sizeof line, e));
        if (*list == '{' || *list == '#') {
            buf_add(ret, list, len);
            buf_puts(ret, "\n");
        }
        if (*list == '{')
            buf_printf(ret, "%s\n", line);
        list += len + (list[len] == '\n');
    }
    return buf_failed(ret) ? err_os(e, ENOMEM, "list what is refused") : 0;
}
