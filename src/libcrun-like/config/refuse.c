// SPDX-License-Identifier: Apache-2.0
/*
 * refuse.c - the properties that are known and not supported yet: asked for, they are errors.
 *
 * Engines write whole structs, so an empty object, an empty list, false, zero or null is not a
 * request. A property that becomes supported leaves this table and enters a field table.
 */
#include "config/parse.h"

#include "base/cleanup.h"

#include <json-c/json.h>

/* When a property counts as asked for. */
enum asked {
    IF_GIVEN,    /* not null and not empty */
    IF_NOT_ZERO, /* also not made of nothing but false, 0, "" and empty things */
};

static const struct refusal {
    enum spec_object object;
    const char *name;
    enum json_type type;
    enum asked asked;
} refusals[] = {
    { OBJECT_ROOT, "vm", json_type_object, IF_NOT_ZERO },
    { OBJECT_MOUNT, "uidMappings", json_type_array, IF_GIVEN },
    { OBJECT_MOUNT, "gidMappings", json_type_array, IF_GIVEN },
    { OBJECT_LINUX, "mountLabel", json_type_string, IF_NOT_ZERO },
};

static bool is_given(struct json_object *o)
{
    switch (json_object_get_type(o)) {
    case json_type_null:
        return false;
    case json_type_object:
        return json_object_object_length(o) > 0;
    case json_type_array:
        return json_object_array_length(o) > 0;
    case json_type_string:
        return json_object_get_string_len(o) > 0;
    case json_type_boolean:
    case json_type_double:
    case json_type_int:
        break;
    }
    return true;
}

static bool is_not_zero(struct json_object *o)
{
    switch (json_object_get_type(o)) {
    case json_type_boolean:
        return json_object_get_boolean(o);
    case json_type_int:
        return json_object_get_int64(o) != 0;
    case json_type_object: {
        json_object_object_foreach(o, key, member)
        {
            (void)key;
            if (is_not_zero(member))
                return true;
        }
        return false;
    }
    case json_type_null:
    case json_type_array:
    case json_type_string:
    case json_type_double:
        break;
    }
    return is_given(o);
}

static bool is_asked(struct json_object *o, enum asked asked)
{
    switch (asked) {
    case IF_GIVEN:
        return is_given(o);
    case IF_NOT_ZERO:
        return is_not_zero(o);
    }
    return true;
}

static const char *type_phrase(enum json_type type)
{
    switch (type) {
    case json_type_boolean:
        return "a boolean";
    case json_type_int:
        return "an integer";
    case json_type_string:
        return "a string";
    case json_type_array:
        return "an array";
    case json_type_object:
        return "an object";
    case json_type_null:
    case json_type_double:
        break;
    }
    return "absent";
}

int spec_refuse(const struct json_at *at, enum spec_object object, struct err *e)
{
    for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
        const struct refusal *r = &refusals[i];
        struct json_at here;

        if (r->object != object || !json_member(at, r->name, &here))
            continue;
        if (!json_object_is_type(here.value, r->type))
            return json_error(&here, e, "must be %s", type_phrase(r->type));
        if (is_asked(here.value, r->asked))
            return json_error_kind(&here, e, ERR_UNSUPPORTED, "is not supported yet");
    }
    return 0;
}
