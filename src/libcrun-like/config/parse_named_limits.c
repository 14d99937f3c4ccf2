// SPDX-License-Identifier: Apache-2.0
/*
 * parse_named_limits.c - linux.resources.network, rdma and unified, whose names of devices and
 * files go to the kernel as they stand.
 *
 * A name is written in front of a value, or opened: one with a blank, a newline or a slash in it
 * would say something else than the configuration does.
 */
#include "config/parse.h"

#include "base/cleanup.h"

#include <json-c/json_object.h>
#include <json-c/json_object_iterator.h>
#include <net/if.h>
#include <string.h>

static bool is_plain(const char *name)
{
    for (const char *p = name; *p; p++)
        if ((unsigned char)*p <= ' ' || *p == 0x7f || *p == '/')
            return false;
    return *name != '\0';
}

static int read_interface(const struct json_at *at, void *ret, struct err *e)
{
    char **name = ret;

    TRY(json_read_string(at, JSON_NOT_EMPTY, name, e));
    if (!is_plain(*name) || strlen(*name) >= IFNAMSIZ)
        return json_error(at, e, "is not the name of a network interface");
    return 0;
}

static int read_priority(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_OTHER(struct spec_priority, name, "name", read_interface, JSON_REQUIRED),
        FIELD_INT(struct spec_priority, priority, "priority", 0, UINT32_MAX, JSON_REQUIRED),
    };

    return json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e);
}

int spec_read_network(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_INT(struct spec_resources, network.class_id, "classID", 0, UINT32_MAX, 0),
        FIELD_ARRAY(struct spec_resources, network.priorities, network.priority_count, "priorities",
                    read_priority, 0),
    };

    return json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e);
}

static int read_rdma_limit(const struct json_at *at, struct spec_rdma_limit *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_OPT(struct spec_rdma_limit, handles, "hcaHandles", 0, UINT32_MAX, 0),
        FIELD_OPT(struct spec_rdma_limit, objects, "hcaObjects", 0, UINT32_MAX, 0),
    };

    if (!is_plain(at->key))
        return json_error(at, e, "is not the name of an RDMA device");
    ret->device = arena_strdup(at->doc->arena, at->key);
    if (!ret->device)
        return json_no_memory(e);
    TRY(json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e));
    if (!ret->handles.has && !ret->objects.has)
        return json_error(at, e, "must have 'hcaHandles' or 'hcaObjects'");
    return 0;
}

int spec_read_rdma(const struct json_at *at, void *ret, struct err *e)
{
    struct spec_resources *r = ret;
    struct json_object_iterator i, end;

    if (!json_object_is_type(at->value, json_type_object))
        return json_error(at, e, "must be an object");
    r->rdma = arena_new(at->doc->arena, (size_t)json_object_object_length(at->value),
                        struct spec_rdma_limit);
    if (!r->rdma)
        return json_no_memory(e);
    end = json_object_iter_end(at->value);
    for (i = json_object_iter_begin(at->value); !json_object_iter_equal(&i, &end);
         json_object_iter_next(&i)) {
        struct json_at here = { .doc = at->doc, .parent = at };

        here.key = json_object_iter_peek_name(&i);
        here.value = json_object_iter_peek_value(&i);
        if (here.value)
            TRY(read_rdma_limit(&here, &r->rdma[r->rdma_count++], e));
    }
    return 0;
}

/* CONTROLLER.PARAMETER; the capital letters are those of hugetlb.2MB.max. */
static bool is_parameter(const char *key)
{
    static const char characters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                     "0123456789_.";
    size_t controller = strcspn(key, ".");

    return controller > 0 && key[controller] == '.' && key[controller + 1] &&
           key[strspn(key, characters)] == '\0';
}

/* Files of cgroup v2 that do something to processes instead of setting something. */
static bool is_act(const char *key)
{
    static const char *const acts[] = { "cgroup.procs", "cgroup.threads", "cgroup.kill",
                                        "cgroup.freeze" };

    for (size_t i = 0; i < ARRAY_SIZE(acts); i++)
        if (strcmp(key, acts[i]) == 0)
            return true;
    return false;
}

int spec_read_unified(const struct json_at *at, void *ret, struct err *e)
{
    struct spec_resources *r = ret;

    TRY(spec_read_map(at, &r->unified, &r->unified_count, e));
    for (size_t i = 0; i < r->unified_count; i++) {
        struct json_at here = { .doc = at->doc, .parent = at, .key = r->unified[i].key };

        if (!is_parameter(here.key))
            return json_error(&here, e, "must be named CONTROLLER.PARAMETER");
        if (is_act(here.key))
            return json_error(&here, e, "is no setting of a container");
    }
    return 0;
}
