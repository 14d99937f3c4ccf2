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

typedef int cgroup_compiler(struct compilation *c, struct err *e);

/* One area of linux.resources: a row per controller. */
struct cgroup_area {
    const char *on_v1, *on_v2; /* the controller's name; NULL: that kind of hierarchy has none */
    const char *(*asked)(const struct spec_resources *r); /* the first field that is set, or NULL */
    cgroup_compiler *v1, *v2;
};

/* All areas but the device rules, in the order of the specification. */
extern const struct cgroup_area cgroup_areas[];
extern const size_t cgroup_area_count;

/* Add a write to the hierarchy and controller at hand; value must be in the arena (NULL: no
 * memory). */
int cgroup_compile_add(struct compilation *c, const char *file, const char *value,
                       const char *where, struct err *e);

/* The write that was added last, for saying more about it. */
static inline struct cgroup_write *cgroup_compile_last(struct compilation *c)
{
    return &c->out->items[c->out->count - 1];
}

/* A number as text in the arena; negative ones become the word given. */
char *cgroup_compile_number(struct compilation *c, int64_t value, const char *unlimited);

/* Engines write 0 for "nothing said" in all limits but those of pids and huge pages. */
static inline bool cgroup_is_set(struct spec_opt_i64 v)
{
    return v.has && v.value != 0;
}

static inline bool cgroup_is_set_u(struct spec_opt_u64 v)
{
    return v.has && v.value != 0;
}

/* For what else has no word of its own for "none": see spec_resources.changes. */
static inline bool cgroup_is_changed(const struct spec_resources *r, struct spec_opt_u64 v)
{
    return v.has && (v.value != 0 || r->changes);
}

/* A limit of memory and swap together, left behind, would stand in the way of no memory limit;
 * engines expect both to go. */
static inline bool cgroup_frees_swap(const struct spec_resources *r)
{
    return r->changes && r->memory.limit.has && r->memory.limit.value == -1 &&
           !cgroup_is_set(r->memory.swap);
}

cgroup_compiler cgroup_memory_v1, cgroup_memory_v2, cgroup_cpu_v1, cgroup_cpu_v2;
cgroup_compiler cgroup_cpuset, cgroup_pids_limit, cgroup_rdma;
cgroup_compiler cgroup_block_io_v1, cgroup_block_io_v2;
cgroup_compiler cgroup_huge_pages_v1, cgroup_huge_pages_v2;
cgroup_compiler cgroup_class_id, cgroup_priorities;

/* The file-and-value pairs of linux.resources.unified. */
cgroup_compiler cgroup_compile_unified;

/* cpu.idle, and cpu.burst under its name. */
int cgroup_cpu_idle(struct compilation *c, struct err *e);
int cgroup_cpu_burst(struct compilation *c, const char *file, struct err *e);

/* A blockIO weight (10 to 1000) on io.weight's scale (1 to 10000). */
uint64_t cgroup_io_weight(uint64_t weight);

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
