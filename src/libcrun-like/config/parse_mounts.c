// SPDX-License-Identifier: Apache-2.0
/* parse_mounts.c - mounts[]: destination, type, source, id mappings, and options as written. */
#include "config/parse.h"

#include "base/cleanup.h"

static const struct json_field mount_fields[] = {
    FIELD_STRING(struct spec_mount, destination, "destination", JSON_REQUIRED | JSON_NOT_EMPTY),
    FIELD_STRING(struct spec_mount, type, "type", JSON_EMPTY_NULL),
    FIELD_STRING(struct spec_mount, source, "source", JSON_EMPTY_NULL),
    FIELD_ARRAY(struct spec_mount, options.items, options.count, "options", json_item_string, 0),
    FIELD_ARRAY(struct spec_mount, uid_mappings, uid_mapping_count, "uidMappings",
                spec_read_mapping, 0),
    FIELD_ARRAY(struct spec_mount, gid_mappings, gid_mapping_count, "gidMappings",
                spec_read_mapping, 0),
};

int spec_read_mount(const struct json_at *at, void *ret, struct err *e)
{
    struct spec_mount *m = ret;

    TRY(json_read_fields(at, mount_fields, ARRAY_SIZE(mount_fields), m, e));
    /* config.md, "Mounts": allowed since 1.2.0 for the sake of old writers, and deprecated. */
    if (*m->destination != '/')
        TRY(spec_warn(at, e, "has the relative destination '%.80s', taken from /", m->destination));
    if (!m->uid_mapping_count != !m->gid_mapping_count)
        return json_error(at, e, "has %sMappings and needs %sMappings, too",
                          m->uid_mapping_count ? "uid" : "gid",
                          m->uid_mapping_count ? "gid" : "uid");
    return 0;
}
