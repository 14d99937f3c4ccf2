// SPDX-License-Identifier: Apache-2.0
/* compile.c - linux.resources as files and values for the hierarchies of one host. */
#include "cgroup/layout.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int cgroup_compile_add(struct compilation *c, const char *file, const char *value,
                       const char *where, struct err *e)
{
    struct cgroup_writes *out = c->out;

    if (out->count == c->room) {
        size_t room = c->room ? c->room * 2 : 16;
        struct cgroup_write *bigger = arena_new(c->arena, room, struct cgroup_write);

        if (!bigger)
            return err_os(e, ENOMEM, "%s", where);
        if (out->count)
            memcpy(bigger, out->items, out->count * sizeof *bigger);
        out->items = bigger;
        c->room = room;
    }
    if (!value)
        return err_os(e, ENOMEM, "%s", where);
    out->items[out->count++] = (struct cgroup_write){
        .hierarchy = c->hierarchy,
        .controller = c->controller,
        .file = file,
        .value = value,
        .where = where,
    };
    return 0;
}

char *cgroup_compile_number(struct compilation *c, int64_t value, const char *unlimited)
{
    if (value < 0)
        return arena_strdup(c->arena, unlimited);
    return arena_printf(c->arena, "%lld", (long long)value);
}

static const char *memory_asked(const struct spec_resources *r)
{
    if (cgroup_is_set(r->memory.limit))
        return "linux.resources.memory.limit";
    if (cgroup_is_set(r->memory.swap))
        return "linux.resources.memory.swap";
    if (cgroup_is_set(r->memory.reservation))
        return "linux.resources.memory.reservation";
    if (cgroup_has_swappiness(r))
        return "linux.resources.memory.swappiness";
    return r->memory.disable_oom_killer ? "linux.resources.memory.disableOOMKiller" : NULL;
}

static const char *cpu_asked(const struct spec_resources *r)
{
    if (cgroup_is_set_u(r->cpu.shares))
        return "linux.resources.cpu.shares";
    if (cgroup_is_set(r->cpu.quota))
        return "linux.resources.cpu.quota";
    if (cgroup_is_set_u(r->cpu.period))
        return "linux.resources.cpu.period";
    if (cgroup_is_set(r->cpu.realtime_runtime))
        return "linux.resources.cpu.realtimeRuntime";
    return cgroup_is_set_u(r->cpu.realtime_period) ? "linux.resources.cpu.realtimePeriod" : NULL;
}

/* Unlike the others 0 is a wish here: config-linux.md, "PIDs". */
static const char *pids_asked(const struct spec_resources *r)
{
    return r->pids_limit.has ? "linux.resources.pids.limit" : NULL;
}

static int compile_pids(struct compilation *c, struct err *e)
{
    return cgroup_compile_add(c, "pids.max",
                              cgroup_compile_number(c, c->resources->pids_limit.value, "max"),
                              "linux.resources.pids.limit", e);
}

static const struct cgroup_area AREAS[] = {
    { "memory", memory_asked, cgroup_memory_v1, cgroup_memory_v2 },
    { "cpu", cpu_asked, cgroup_cpu_v1, cgroup_cpu_v2 },
    { "pids", pids_asked, compile_pids, compile_pids },
};

static int find_controller(const struct cgroup_host *host, const char *controller)
{
    char item[64];

    snprintf(item, sizeof item, ",%s,", controller);
    for (unsigned i = 0; i < host->count; i++)
        if (strstr(host->h[i].controllers, item))
            return (int)i;
    return -1;
}

static int compile_area(struct compilation *c, const struct cgroup_area *area, struct err *e)
{
    const char *where = area->asked(c->resources);
    int i;

    if (!where)
        return 0;
    i = find_controller(c->host, area->controller);
    if (i < 0)
        return err_set(e, ERR_UNSUPPORTED, "%s: this host has no %s controller", where,
                       area->controller);
    c->hierarchy = (unsigned)i;
    c->controller = area->controller;
    return c->host->h[i].v2 ? area->v2(c, e) : area->v1(c, e);
}

/* -1 is "unlimited" everywhere and no other negative number means anything. */
static int check_range(const char *where, struct spec_opt_i64 v, struct err *e)
{
    if (v.has && v.value < -1)
        return err_set(e, ERR_INVALID, "%s %lld must be -1 or more", where, (long long)v.value);
    return 0;
}

static int check_ranges(const struct spec_resources *r, struct err *e)
{
    TRY(check_range("linux.resources.memory.limit", r->memory.limit, e));
    TRY(check_range("linux.resources.memory.reservation", r->memory.reservation, e));
    TRY(check_range("linux.resources.memory.swap", r->memory.swap, e));
    TRY(check_range("linux.resources.cpu.quota", r->cpu.quota, e));
    TRY(check_range("linux.resources.cpu.realtimeRuntime", r->cpu.realtime_runtime, e));
    return check_range("linux.resources.pids.limit", r->pids_limit, e);
}

static int compile_device_rules(struct compilation *c, struct err *e)
{
    int i = find_controller(c->host, "devices");

    if (c->resources->device_count == 0)
        return 0;
    if (i < 0)
        i = c->host->v2; /* a program can be attached to any v2 cgroup */
    if (i < 0)
        return err_set(e, ERR_UNSUPPORTED,
                       "linux.resources.devices: this host has no devices controller");
    c->hierarchy = (unsigned)i;
    c->controller = "devices";
    return cgroup_compile_devices(c, e);
}

int cgroup_compile(const struct spec_resources *r, const struct cgroup_host *host,
                   struct arena *arena, struct cgroup_writes *ret, struct err *e)
{
    struct cgroup_writes out = { 0 };
    struct compilation c = { .resources = r, .host = host, .arena = arena, .out = &out };

    TRY(check_ranges(r, e));
    for (size_t i = 0; i < ARRAY_SIZE(AREAS); i++)
        TRY(compile_area(&c, &AREAS[i], e));
    TRY(compile_device_rules(&c, e));
    *ret = out;
    return 0;
}
