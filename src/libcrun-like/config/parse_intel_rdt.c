// SPDX-License-Identifier: Apache-2.0
/* parse_intel_rdt.c - linux.intelRdt. */
#include "config/parse.h"

#include "base/cleanup.h"

#include <string.h>

static int read_line(const struct json_at *at, void *ret, struct err *e)
{
    char **line = ret;

    TRY(json_read_string(at, JSON_EMPTY_NULL, line, e));
    if (*line && strchr(*line, '\n'))
        return json_error(at, e, "must not contain a newline");
    return 0;
}

static int read_memory_line(const struct json_at *at, void *ret, struct err *e)
{
    char **line = ret;

    TRY(read_line(at, line, e));
    if (*line && strncmp(*line, "MB:", 3) != 0)
        return json_error(at, e, "must start with MB:");
    return 0;
}

static int read_schemata_line(const struct json_at *at, void *ret, struct err *e)
{
    char **line = ret;

    TRY(read_line(at, line, e));
    return *line ? 0 : json_error(at, e, "must not be empty");
}

/* One directory below the root, or "/" for the root itself; not one of the kernel's own. */
static int read_clos_id(const struct json_at *at, void *ret, struct err *e)
{
    static const char *const kernels[] = { ".", "..", "info", "mon_data", "mon_groups" };
    char **id = ret;

    TRY(read_line(at, id, e));
    if (!*id || !strcmp(*id, "/"))
        return 0;
    if (strchr(*id, '/'))
        return json_error(at, e, "must be one name, or '/' alone");
    for (size_t i = 0; i < ARRAY_SIZE(kernels); i++)
        if (!strcmp(*id, kernels[i]))
            return json_error(at, e, "'%s' is no name for a class", *id);
    return 0;
}

int spec_read_intel_rdt(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_OTHER(struct spec_intel_rdt, clos_id, "closID", read_clos_id, 0),
        FIELD_OTHER(struct spec_intel_rdt, l3_cache_schema, "l3CacheSchema", read_line, 0),
        FIELD_OTHER(struct spec_intel_rdt, mem_bw_schema, "memBwSchema", read_memory_line, 0),
        FIELD_ARRAY(struct spec_intel_rdt, schemata.items, schemata.count, "schemata",
                    read_schemata_line, 0),
        FIELD_BOOL(struct spec_intel_rdt, monitoring, "enableMonitoring", 0),
    };
    struct spec_intel_rdt *r = ret;

    r->has = true;
    return json_read_fields(at, fields, ARRAY_SIZE(fields), r, e);
}
