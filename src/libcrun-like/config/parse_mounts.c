// SPDX-License-Identifier: Apache-2.0
/* parse_mounts.c - mounts[]: destination, type, source and options as written. */
#include "config/parse.h"

#include "base/cleanup.h"

static const struct json_field mount_fields[] = {
    FIELD_STRING(struct spec_mount, destination, "destination", JSON_REQUIRED | JSON_NOT_EMPTY),
    FIELD_STRING(struct spec_mount, type, "type", JSON_EMPTY_NULL),
    FIELD_STRING(struct spec_mount, source, "source", JSON_EMPTY_NULL),
    FIELD_ARRAY(struct spec_mount, options.items, options.count, "options", json_item_string, 0),
};

int spec_read_mount(const struct json_at *at, void *ret, struct err *e)
{
    struct spec_mount *m = ret;

    TRY(json_read_fields(at, mount_fields, ARRAY_SIZE(mount_fields), m, e));
    /* config.md, "Mounts": allowed since 1.2.0 for the sake of old writers, and deprecated. */
    if (*m->destination != '/')
        TRY(spec_warn(at, e, "has the relative destination '%.80s', taken from /", m->destination));
    return spec_refuse(at, OBJECT_MOUNT, e);
}
