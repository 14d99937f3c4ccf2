// SPDX-License-Identifier: Apache-2.0
/*
 * compile_io.c - linux.resources.blockIO for the blkio controller of v1 and the io controller of
 * v2.
 *
 * Weights are kept by an I/O scheduler or cost model, each with a file of its own, and which of
 * them a kernel has is seen when it is written to: the other is named beside it.
 */
#include "cgroup/layout.h"

#include "base/cleanup.h"

#include <errno.h>

uint64_t cgroup_io_weight(uint64_t weight)
{
    return 1 + (weight - 10) * 9999 / 990;
}

/* Add a weight: device is "8:0 " or "". bfq takes what is configured on v1 and v2 alike. */
static int add_weight(struct compilation *c, const char *file, const char *other,
                      uint64_t other_weight, const char *device, uint64_t weight, const char *where,
                      struct err *e)
{
    char *value = arena_printf(c->arena, "%s%llu", device, (unsigned long long)weight);
    char *instead = arena_printf(c->arena, "%s%llu", device, (unsigned long long)other_weight);

    TRY(cgroup_compile_add(c, file, instead ? value : NULL, where, e));
    cgroup_compile_last(c)->other_file = other;
    cgroup_compile_last(c)->other_value = other ? instead : NULL;
    return 0;
}

static int weight_v1(struct compilation *c, const char *device, struct spec_opt_u64 weight,
                     const char *where, struct err *e)
{
    bool all = *device == '\0';

    if (!cgroup_is_set_u(weight))
        return 0;
    return add_weight(c, all ? "blkio.weight" : "blkio.weight_device",
                      all ? "blkio.bfq.weight" : "blkio.bfq.weight_device", weight.value, device,
                      weight.value, where, e);
}

/* Only the CFQ scheduler had these; it left with Linux 5.0. */
static int leaf_weight_v1(struct compilation *c, const char *device, struct spec_opt_u64 weight,
                          const char *where, struct err *e)
{
    if (!cgroup_is_set_u(weight))
        return 0;
    return add_weight(c, *device ? "blkio.leaf_weight_device" : "blkio.leaf_weight", NULL, 0,
                      device, weight.value, where, e);
}

static int weight_v2(struct compilation *c, const char *device, struct spec_opt_u64 weight,
                     const char *where, struct err *e)
{
    if (!cgroup_is_set_u(weight))
        return 0;
    return add_weight(c, "io.bfq.weight", "io.weight", cgroup_io_weight(weight.value), device,
                      weight.value, where, e);
}

static int leaf_weight_v2(struct compilation *c, const char *device, struct spec_opt_u64 weight,
                          const char *where, struct err *e)
{
    if (!cgroup_is_set_u(weight))
        return 0;
    return err_set(e, ERR_UNSUPPORTED, "%s: cgroup v2 has no leaf weight", where);
}

typedef int weight_compiler(struct compilation *c, const char *device, struct spec_opt_u64 weight,
                            const char *where, struct err *e);

static int weights(struct compilation *c, weight_compiler *weight, weight_compiler *leaf,
                   struct err *e)
{
    const struct spec_resources *r = c->resources;

    TRY(weight(c, "", r->block_io.weight, "linux.resources.blockIO.weight", e));
    TRY(leaf(c, "", r->block_io.leaf_weight, "linux.resources.blockIO.leafWeight", e));
    for (size_t i = 0; i < r->block_io.device_weight_count; i++) {
        const struct spec_device_weight *w = &r->block_io.device_weights[i];
        char *where = arena_printf(c->arena, "linux.resources.blockIO.weightDevice[%zu]", i);
        char *device = arena_printf(c->arena, "%u:%u ", (unsigned)w->major, (unsigned)w->minor);

        if (!where || !device)
            return err_os(e, ENOMEM, "linux.resources.blockIO.weightDevice");
        TRY(weight(c, device, w->weight, where, e));
        TRY(leaf(c, device, w->leaf_weight, where, e));
    }
    return 0;
}

static const struct throttle {
    const char *name, *file, *key; /* in the configuration, on v1, on v2 */
    uint64_t max;
} THROTTLES[] = {
    [THROTTLE_READ_BPS] = { "throttleReadBpsDevice", "blkio.throttle.read_bps_device", "rbps",
                            UINT64_MAX },
    [THROTTLE_WRITE_BPS] = { "throttleWriteBpsDevice", "blkio.throttle.write_bps_device", "wbps",
                             UINT64_MAX },
    /* v1 would take a larger number modulo 2^32. */
    [THROTTLE_READ_IOPS] = { "throttleReadIOPSDevice", "blkio.throttle.read_iops_device", "riops",
                             UINT32_MAX },
    [THROTTLE_WRITE_IOPS] = { "throttleWriteIOPSDevice", "blkio.throttle.write_iops_device",
                              "wiops", UINT32_MAX },
};

/* A rate of 0 is no limit in the words of v1, which the configuration follows. */
static int throttle(struct compilation *c, const struct throttle *t,
                    const struct spec_device_rate *r, const char *where, struct err *e)
{
    unsigned long long rate = r->rate < t->max ? r->rate : t->max;
    unsigned major = (unsigned)r->major, minor = (unsigned)r->minor;

    if (!c->host->h[c->hierarchy].v2)
        return cgroup_compile_add(
            c, t->file, arena_printf(c->arena, "%u:%u %llu", major, minor, rate), where, e);
    if (rate == 0)
        return cgroup_compile_add(
            c, "io.max", arena_printf(c->arena, "%u:%u %s=max", major, minor, t->key), where, e);
    return cgroup_compile_add(
        c, "io.max", arena_printf(c->arena, "%u:%u %s=%llu", major, minor, t->key, rate), where, e);
}

static int throttles(struct compilation *c, struct err *e)
{
    for (size_t kind = 0; kind < ARRAY_SIZE(THROTTLES); kind++) {
        const struct throttle *t = &THROTTLES[kind];

        for (size_t i = 0; i < c->resources->block_io.throttle[kind].count; i++) {
            char *where = arena_printf(c->arena, "linux.resources.blockIO.%s[%zu]", t->name, i);

            if (!where)
                return err_os(e, ENOMEM, "linux.resources.blockIO.%s", t->name);
            TRY(throttle(c, t, &c->resources->block_io.throttle[kind].items[i], where, e));
        }
    }
    return 0;
}

int cgroup_block_io_v1(struct compilation *c, struct err *e)
{
    TRY(weights(c, weight_v1, leaf_weight_v1, e));
    return throttles(c, e);
}

int cgroup_block_io_v2(struct compilation *c, struct err *e)
{
    TRY(weights(c, weight_v2, leaf_weight_v2, e));
    return throttles(c, e);
}
