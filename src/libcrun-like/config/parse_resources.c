// SPDX-License-Identifier: Apache-2.0
/* parse_resources.c - linux.resources: device rules and limits. */
#include "config/parse.h"

#include "base/cleanup.h"

#include <string.h>

static const struct json_word rule_types[] = {
    { "", 'a' },
    { "a", 'a' },
    { "b", 'b' },
    { "c", 'c' },
};

static int read_access(const struct json_at *at, void *ret, struct err *e)
{
    static const char letters[] = "rwm"; /* in the order of DEVICE_READ, _WRITE, _MKNOD */
    uint32_t *access = ret;
    char *text = NULL;

    TRY(json_read_string(at, 0, &text, e));
    for (const char *p = text; *p; p++) {
        const char *letter = strchr(letters, *p);

        if (!letter)
            return json_error(at, e, "must consist of r, w and m, not '%.*s'", 80, text);
        *access |= UINT32_C(1) << (letter - letters);
    }
    return 0;
}

static int read_rule(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_BOOL(struct spec_device_rule, allow, "allow", JSON_REQUIRED),
        FIELD_WORD(struct spec_device_rule, type, "type", rule_types, 0),
        FIELD_INT(struct spec_device_rule, major, "major", -1, UINT32_MAX, 0),
        FIELD_INT(struct spec_device_rule, minor, "minor", -1, UINT32_MAX, 0),
        FIELD_OTHER(struct spec_device_rule, access, "access", read_access, 0),
    };
    struct spec_device_rule *r = ret;

    *r = (struct spec_device_rule){ .type = 'a', .major = -1, .minor = -1 };
    TRY(json_read_fields(at, fields, ARRAY_SIZE(fields), r, e));
    /* Without letters a rule can be meant for none or for all: guess only what denies more. */
    if (!r->access && r->allow)
        return json_error(at, e, "must say in 'access' what is allowed");
    if (!r->access)
        r->access = DEVICE_READ | DEVICE_WRITE | DEVICE_MKNOD;
    return 0;
}

/* 0 to 100 in config-linux.md, "Memory"; 2^64-1 is how Docker's -1, "as the host has it", arrives.
 */
static int read_swappiness(const struct json_at *at, void *ret, struct err *e)
{
    struct spec_opt_u64 *swappiness = ret;
    uint64_t value;

    TRY(json_read_int(at, 0, UINT64_MAX, &value, e));
    if (value == UINT64_MAX)
        return 0;
    if (value > 100)
        return json_error(at, e, "must be between 0 and 100");
    *swappiness = (struct spec_opt_u64){ true, value };
    return 0;
}

/* Byte counts; -1 is no limit. */
static int read_memory(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_OPT(struct spec_resources, memory.limit, "limit", -1, INT64_MAX, 0),
        FIELD_OPT(struct spec_resources, memory.reservation, "reservation", -1, INT64_MAX, 0),
        FIELD_OPT(struct spec_resources, memory.swap, "swap", -1, INT64_MAX, 0),
        FIELD_OPT(struct spec_resources, memory.kernel, "kernel", -1, INT64_MAX, 0),
        FIELD_OPT(struct spec_resources, memory.kernel_tcp, "kernelTCP", -1, INT64_MAX, 0),
        FIELD_OTHER(struct spec_resources, memory.swappiness, "swappiness", read_swappiness, 0),
        FIELD_BOOL(struct spec_resources, memory.disable_oom_killer, "disableOOMKiller", 0),
        FIELD_BOOL(struct spec_resources, memory.use_hierarchy, "useHierarchy", 0),
        FIELD_BOOL(struct spec_resources, memory.check_before_update, "checkBeforeUpdate", 0),
    };

    return json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e);
}

static int read_cpu(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_OPT(struct spec_resources, cpu.shares, "shares", 0, UINT64_MAX, 0),
        FIELD_OPT(struct spec_resources, cpu.quota, "quota", -1, INT64_MAX, 0),
        FIELD_OPT(struct spec_resources, cpu.burst, "burst", 0, UINT64_MAX, 0),
        FIELD_OPT(struct spec_resources, cpu.period, "period", 0, UINT64_MAX, 0),
        FIELD_OPT(struct spec_resources, cpu.realtime_runtime, "realtimeRuntime", -1, INT64_MAX, 0),
        FIELD_OPT(struct spec_resources, cpu.realtime_period, "realtimePeriod", 0, UINT64_MAX, 0),
        FIELD_STRING(struct spec_resources, cpu.cpus, "cpus", JSON_EMPTY_NULL),
        FIELD_STRING(struct spec_resources, cpu.mems, "mems", JSON_EMPTY_NULL),
        FIELD_OPT(struct spec_resources, cpu.idle, "idle", 0, 1, 0),
    };

    return json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e);
}

/* "64KB", "2MB", "1GB" and nothing else: it becomes part of a file's name. */
static int read_page_size(const struct json_at *at, void *ret, struct err *e)
{
    char **size = ret;
    size_t digits;

    TRY(json_read_string(at, 0, size, e));
    digits = strspn(*size, "0123456789");
    if (digits == 0 || digits > 10 || (*size)[0] == '0' || !(*size)[digits] ||
        !strchr("KMG", (*size)[digits]) || strcmp(*size + digits + 1, "B") != 0)
        return json_error(at, e, "must be a size like 2MB, not '%.*s'", 80, *size);
    return 0;
}

static int read_huge_page_limit(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_OTHER(struct spec_huge_page_limit, page_size, "pageSize", read_page_size,
                    JSON_REQUIRED),
        FIELD_INT(struct spec_huge_page_limit, limit, "limit", 0, UINT64_MAX, JSON_REQUIRED),
    };

    return json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e);
}

static int read_pids(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_OPT(struct spec_resources, pids_limit, "limit", -1, INT64_MAX, 0),
    };

    return json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e);
}

/* runtime-spec config-linux.md, in its order. */
static const struct json_field resource_fields[] = {
    FIELD_ARRAY(struct spec_resources, devices, device_count, "devices", read_rule, 0),
    FIELD_WHOLE("memory", read_memory, 0),
    FIELD_WHOLE("cpu", read_cpu, 0),
    FIELD_WHOLE("blockIO", spec_read_block_io, 0),
    FIELD_ARRAY(struct spec_resources, huge_pages, huge_page_count, "hugepageLimits",
                read_huge_page_limit, 0),
    FIELD_WHOLE("network", spec_read_network, 0),
    FIELD_WHOLE("pids", read_pids, 0),
    FIELD_WHOLE("rdma", spec_read_rdma, 0),
    FIELD_WHOLE("unified", spec_read_unified, 0),
};

int spec_read_resources(const struct json_at *at, void *ret, struct err *e)
{
    return json_read_fields(at, resource_fields, ARRAY_SIZE(resource_fields), ret, e);
}
