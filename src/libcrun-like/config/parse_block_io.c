// SPDX-License-Identifier: Apache-2.0
/* parse_block_io.c - linux.resources.blockIO: weights and rates of block devices. */
#include "config/parse.h"

#include "base/cleanup.h"

enum { WEIGHT_MIN = 10, WEIGHT_MAX = 1000 };

/* Engines write 0 for "nothing said"; the range is cgroup v1's, which the specification took over.
 */
static int read_weight(const struct json_at *at, void *ret, struct err *e)
{
    struct spec_opt_u64 *weight = ret;

    TRY(json_read_int(at, 0, UINT16_MAX, &weight->value, e));
    if (weight->value && (weight->value < WEIGHT_MIN || weight->value > WEIGHT_MAX))
        return json_error(at, e, "must be between %d and %d", WEIGHT_MIN, WEIGHT_MAX);
    weight->has = true;
    return 0;
}

static int read_device_weight(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_INT(struct spec_device_weight, major, "major", 0, MAJOR_MAX, JSON_REQUIRED),
        FIELD_INT(struct spec_device_weight, minor, "minor", 0, MINOR_MAX, JSON_REQUIRED),
        FIELD_OTHER(struct spec_device_weight, weight, "weight", read_weight, 0),
        FIELD_OTHER(struct spec_device_weight, leaf_weight, "leafWeight", read_weight, 0),
    };
    struct spec_device_weight *w = ret;

    TRY(json_read_fields(at, fields, ARRAY_SIZE(fields), w, e));
    if (!w->weight.has && !w->leaf_weight.has)
        return json_error(at, e, "must have 'weight' or 'leafWeight'");
    return 0;
}

static int read_device_rate(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_INT(struct spec_device_rate, major, "major", 0, MAJOR_MAX, JSON_REQUIRED),
        FIELD_INT(struct spec_device_rate, minor, "minor", 0, MINOR_MAX, JSON_REQUIRED),
        FIELD_INT(struct spec_device_rate, rate, "rate", 0, UINT64_MAX, JSON_REQUIRED),
    };

    return json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e);
}

#define THROTTLE(kind, name)                                                                       \
    FIELD_ARRAY(struct spec_resources, block_io.throttle[kind].items,                              \
                block_io.throttle[kind].count, name, read_device_rate, 0)

int spec_read_block_io(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_OTHER(struct spec_resources, block_io.weight, "weight", read_weight, 0),
        FIELD_OTHER(struct spec_resources, block_io.leaf_weight, "leafWeight", read_weight, 0),
        FIELD_ARRAY(struct spec_resources, block_io.device_weights, block_io.device_weight_count,
                    "weightDevice", read_device_weight, 0),
        THROTTLE(THROTTLE_READ_BPS, "throttleReadBpsDevice"),
        THROTTLE(THROTTLE_WRITE_BPS, "throttleWriteBpsDevice"),
        THROTTLE(THROTTLE_READ_IOPS, "throttleReadIOPSDevice"),
        THROTTLE(THROTTLE_WRITE_IOPS, "throttleWriteIOPSDevice"),
    };

    return json_read_fields(at, fields, ARRAY_SIZE(fields), ret, e);
}
