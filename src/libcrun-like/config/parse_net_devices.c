// SPDX-License-Identifier: Apache-2.0
/* parse_net_devices.c - linux.netDevices: names on the host and in the container. */
#include "config/parse.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <json-c/json_object.h>
#include <json-c/json_object_iterator.h>
#include <net/if.h>
#include <string.h>

/* The kernel's rules for a device's name. */
static bool is_device_name(const char *name)
{
    size_t n = strlen(name);

    if (n == 0 || n >= IFNAMSIZ || !strcmp(name, ".") || !strcmp(name, ".."))
        return false;
    for (size_t i = 0; i < n; i++)
        if (name[i] == '/' || name[i] == ':' || isspace((unsigned char)name[i]))
            return false;
    return true;
}

/* config-linux.md, "Network Devices": %d at the end leaves the number to the kernel. */
static bool is_template(const char *name)
{
    const char *percent = strchr(name, '%');

    return percent && percent != name && !strcmp(percent, "%d");
}

static int read_name(const struct json_at *at, void *ret, struct err *e)
{
    char **name = ret;

    TRY(json_read_string(at, JSON_EMPTY_NULL, name, e));
    if (*name && (!is_device_name(*name) || (strchr(*name, '%') && !is_template(*name))))
        return json_error(at, e, "'%.*s' is no name for a network device", 80, *name);
    return 0;
}

static int read_device(const struct json_at *at, struct spec_net_device *d, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_OTHER(struct spec_net_device, name, "name", read_name, 0),
    };

    if (!is_device_name(at->key) || strchr(at->key, '%'))
        return json_error(at->parent, e, "has '%.*s', which is no name for a network device", 80,
                          at->key);
    d->host = arena_strdup(at->doc->arena, at->key);
    if (!d->host)
        return json_no_memory(e);
    TRY(json_read_fields(at, fields, ARRAY_SIZE(fields), d, e));
    if (!d->name)
        d->name = d->host;
    return 0;
}

static int check_names(const struct json_at *at, const struct spec_linux *l, struct err *e)
{
    for (size_t i = 0; i < l->net_device_count; i++)
        for (size_t k = i + 1; k < l->net_device_count; k++)
            if (!strcmp(l->net_devices[i].name, l->net_devices[k].name) &&
                !is_template(l->net_devices[i].name))
                return json_error(at, e, "has two devices for the name '%s'",
                                  l->net_devices[i].name);
    return 0;
}

int spec_read_net_devices(const struct json_at *at, void *ret, struct err *e)
{
    struct json_object_iterator i, end;
    struct spec_linux *l = ret;

    if (!json_object_is_type(at->value, json_type_object))
        return json_error(at, e, "must be an object");
    l->net_devices = arena_new(at->doc->arena, (size_t)json_object_object_length(at->value),
                               struct spec_net_device);
    if (!l->net_devices)
        return json_no_memory(e);
    end = json_object_iter_end(at->value);
    for (i = json_object_iter_begin(at->value); !json_object_iter_equal(&i, &end);
         json_object_iter_next(&i)) {
        struct json_at here = { .doc = at->doc,
                                .parent = at,
                                .key = json_object_iter_peek_name(&i),
                                .value = json_object_iter_peek_value(&i) };

        if (here.value)
            TRY(read_device(&here, &l->net_devices[l->net_device_count++], e));
    }
    return check_names(at, l, e);
}
