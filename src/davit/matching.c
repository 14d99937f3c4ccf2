// SPDX-License-Identifier: Apache-2.0
/* matching.c - verbs that act on every container whose id matches a regular expression. */
#include "davit/cli.h"
#include "davit/error.h"

#include "base/cleanup.h"
#include "base/err.h"

#include <json-c/json.h>
#include <regex.h>
#include <string.h>

static void put_json(json_object **o)
{
    json_object_put(*o);
}

static int compile(const char *pattern, regex_t *ret, struct davit_error *e)
{
    char why[128];
    int rc = regcomp(ret, pattern, REG_EXTENDED | REG_NOSUB);

    if (rc == 0)
        return 0;
    regerror(rc, ret, why, sizeof why);
    *ret = (regex_t){ 0 }; /* nothing to free */
    return error_set(e, DAVIT_ERROR_INVALID, "'%s' is not a regular expression: %s", pattern, why);
}

/* Of several failures the last is the caller's to report, so that each is told once. */
static void act_on_one(struct cli *cli, const char *id, matching_act *act, struct davit_error *e)
{
    struct davit_error failure = { 0 };

    /* Not found: it went away by itself meanwhile. */
    if (act(cli, id, &failure) >= 0 || failure.kind == DAVIT_ERROR_NOT_FOUND)
        return;
    if (e->code)
        log_warning(&cli->log, e->text);
    *e = failure;
}

int matching_each(struct cli *cli, const char *pattern, matching_act *act, struct davit_error *e)
{
    cleanup(put_json) json_object *list = NULL;
    cleanup(regfree) regex_t regex = { 0 };
    auto_free char *text = NULL;
    struct davit_error failure = { 0 };

    TRY(compile(pattern, &regex, e));
    TRY(davit_list(cli->context, &text, e));
    list = json_tokener_parse(text);
    if (!json_object_is_type(list, json_type_array))
        return error_set(e, DAVIT_ERROR_PROTOCOL, "read the list of containers: not a JSON array");
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        json_object *item = json_object_array_get_idx(list, i);
        const char *id = json_object_get_string(json_object_object_get(item, "id"));

        if (id && regexec(&regex, id, 0, NULL, 0) == 0)
            act_on_one(cli, id, act, &failure);
    }
    if (!failure.code)
        return 0;
    *e = failure;
    return -e->code;
}
