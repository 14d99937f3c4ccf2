// SPDX-License-Identifier: Apache-2.0
/* compile.c - linux.resources as files and values for the hierarchies of one host. */
#include "cgroup/layout.h"

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

static bool holds(const struct cgroup_hierarchy *h, const char *controller)
{
    char item[64];

    snprintf(item, sizeof item, ",%s,", controller);
    return strstr(h->controllers, item);
}

int cgroup_find_controller(const struct cgroup_host *host, const char *on_v1, const char *on_v2)
{
    for (unsigned i = 0; i < host->count; i++) {
        const char *controller = host->h[i].v2 ? on_v2 : on_v1;

        if (controller && holds(&host->h[i], controller))
            return (int)i;
    }
    return -1;
}

static int compile_area(struct compilation *c, const struct cgroup_area *area, struct err *e)
{
    const char *where = area->asked(c->resources);
    int i;

    if (!where)
        return 0;
    i = cgroup_find_controller(c->host, area->on_v1, area->on_v2);
    if (i < 0)
        return err_set(e, ERR_UNSUPPORTED, "%s: this host has no %s controller", where,
                       area->on_v2 && c->host->v2 >= 0 ? area->on_v2 : area->on_v1);
    c->hierarchy = (unsigned)i;
    c->controller = c->host->h[i].v2 ? area->on_v2 : area->on_v1;
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
    TRY(check_range("linux.resources.memory.kernel", r->memory.kernel, e));
    TRY(check_range("linux.resources.memory.kernelTCP", r->memory.kernel_tcp, e));
    TRY(check_range("linux.resources.cpu.quota", r->cpu.quota, e));
    TRY(check_range("linux.resources.cpu.realtimeRuntime", r->cpu.realtime_runtime, e));
    if (r->cpu.burst.has && cgroup_is_set(r->cpu.quota) && r->cpu.quota.value > 0 &&
        r->cpu.burst.value > (uint64_t)r->cpu.quota.value)
        return err_set(e, ERR_INVALID, "linux.resources.cpu.burst %llu is above cpu.quota",
                       (unsigned long long)r->cpu.burst.value);
    return check_range("linux.resources.pids.limit", r->pids_limit, e);
}

static int compile_device_rules(struct compilation *c, struct err *e)
{
    int i = cgroup_find_controller(c->host, "devices", NULL);

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

const char *cgroup_compile_asked(const struct spec_resources *r)
{
    for (size_t i = 0; i < cgroup_area_count; i++) {
        const char *where = cgroup_areas[i].asked(r);

        if (where)
            return where;
    }
    return r->unified_count ? "linux.resources.unified" : NULL;
}

int cgroup_compile(const struct spec_resources *r, const struct cgroup_host *host,
                   struct arena *arena, struct cgroup_writes *ret, struct err *e)
{
    struct cgroup_writes out = { 0 };
    struct compilation c = { .resources = r, .host = host, .arena = arena, .out = &out };

    TRY(check_ranges(r, e));
    for (size_t i = 0; i < cgroup_area_count; i++)
        TRY(compile_area(&c, &cgroup_areas[i], e));
    /* The words of cgroup v2 itself come last: they have the last word. */
    TRY(cgroup_compile_unified(&c, e));
    TRY(compile_device_rules(&c, e));
    *ret = out;
    return 0;
}
