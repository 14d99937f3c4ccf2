// SPDX-License-Identifier: Apache-2.0
/*
 * layout.h - how the two kinds of hierarchy spell a limit; only for compile*.c and devices*.c.
 *
 * A limit is spelled by the hierarchy that holds its controller, so that a hybrid host is nothing
 * special: its memory may be spelled in v1 words and its hugetlb in v2 words.
 */
#pragma once

#include "cgroup/cgroup.h"

#include <stdint.h>

struct compilation {
    const struct spec_resources *resources;
    const struct cgroup_host *host;
    struct arena *arena;
    struct cgroup_writes *out;
    size_t room; /* of out->items */
    unsigned hierarchy;
    const char *controller;
};

/* One area of linux.resources: a row per controller. */
struct cgroup_area {
    const char *controller;
    const char *(*asked)(const struct spec_resources *r); /* the first field that is set, or NULL */
    int (*v1)(struct compilation *c, struct err *e);
    int (*v2)(struct compilation *c, struct err *e);
};

/* Add a write to the hierarchy and controller at hand; value must be in the arena (NULL: no
 * memory). */
int cgroup_compile_add(struct compilation *c, const char *file, const char *value,
                       const char *where, struct err *e);

/* A number as text in the arena; negative ones become the word given. */
char *cgroup_compile_number(struct compilation *c, int64_t value, const char *unlimited);

/* Engines write 0 for "nothing said" in memory and cpu limits. */
static inline bool cgroup_is_set(struct spec_opt_i64 v)
{
    return v.has && v.value != 0;
}

static inline bool cgroup_is_set_u(struct spec_opt_u64 v)
{
    return v.has && v.value != 0;
}

/* swappiness 0 is a wish; 2^64-1 is how Docker's -1, "as the host has it", arrives. */
static inline bool cgroup_has_swappiness(const struct spec_resources *r)
{
    return r->memory.swappiness.has && r->memory.swappiness.value != UINT64_MAX;
}

int cgroup_memory_v1(struct compilation *c, struct err *e);
int cgroup_memory_v2(struct compilation *c, struct err *e);
int cgroup_cpu_v1(struct compilation *c, struct err *e);
int cgroup_cpu_v2(struct compilation *c, struct err *e);

/* cpu.shares (2 to 262144) on cpu.weight's scale (1 to 10000), 1024 being 100 as engines expect. */
uint64_t cgroup_cpu_weight(uint64_t shares);

/* A device rule with its place in the configuration; -1 for the ones added by default. */
struct device_rule {
    struct spec_device_rule rule;
    int index;
};

int cgroup_compile_devices(struct compilation *c, struct err *e);
int cgroup_devices_v1(struct compilation *c, const struct device_rule *rules, size_t count,
                      struct err *e);

/* True when every device that b speaks of is spoken of by a (access aside). */
bool cgroup_device_covers(const struct spec_device_rule *a, const struct spec_device_rule *b);
/* True for the rule about every access to every device. */
bool cgroup_device_is_all(const struct spec_device_rule *r);

/* The program for the rules, in the arena. NULL without memory. */
struct bpf_insn *cgroup_devices_bpf(const struct device_rule *rules, size_t count,
                                    struct arena *arena, size_t *ret_count);
