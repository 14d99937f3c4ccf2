// SPDX-License-Identifier: Apache-2.0
/* compile_both.c - limits that v1 and v2 spell alike or nearly so, and the ones that only v1 has.
 */
#include "cgroup/layout.h"

#include <errno.h>
#include <string.h>

/* Kernels of before the files have neither to take back. */
static int add_revocable(struct compilation *c, const char *file, struct spec_opt_u64 v,
                         const char *where, struct err *e)
{
    if (!cgroup_is_changed(c->resources, v))
        return 0;
    TRY(cgroup_compile_add(c, file, arena_printf(c->arena, "%llu", (unsigned long long)v.value),
                           where, e));
    cgroup_compile_last(c)->if_there = v.value == 0;
    return 0;
}

int cgroup_cpu_idle(struct compilation *c, struct err *e)
{
    return add_revocable(c, "cpu.idle", c->resources->cpu.idle, "linux.resources.cpu.idle", e);
}

int cgroup_cpu_burst(struct compilation *c, const char *file, struct err *e)
{
    return add_revocable(c, file, c->resources->cpu.burst, "linux.resources.cpu.burst", e);
}

int cgroup_cpuset(struct compilation *c, struct err *e)
{
    const struct spec_resources *r = c->resources;

    /* The kernel is the judge of these lists. */
    if (r->cpu.cpus)
        TRY(cgroup_compile_add(c, "cpuset.cpus", r->cpu.cpus, "linux.resources.cpu.cpus", e));
    if (r->cpu.mems)
        TRY(cgroup_compile_add(c, "cpuset.mems", r->cpu.mems, "linux.resources.cpu.mems", e));
    return 0;
}

int cgroup_pids_limit(struct compilation *c, struct err *e)
{
    return cgroup_compile_add(c, "pids.max",
                              cgroup_compile_number(c, c->resources->pids_limit.value, "max"),
                              "linux.resources.pids.limit", e);
}

static int huge_pages_file(struct compilation *c, const char *kind,
                           const struct spec_huge_page_limit *limit, const char *where,
                           struct err *e)
{
    const char *file = arena_printf(c->arena, "hugetlb.%s.%s", limit->page_size, kind);

    if (!file)
        return err_os(e, ENOMEM, "%s", where);
    return cgroup_compile_add(
        c, file, arena_printf(c->arena, "%llu", (unsigned long long)limit->limit), where, e);
}

/* config-linux.md, "Huge page limits", wants reservations limited by a kernel that can. Faults are
 * limited beside it, as runc does: a page that somebody else had reserved counts as a fault only.
 */
static int huge_pages(struct compilation *c, const char *faults, const char *reservations,
                      struct err *e)
{
    for (size_t i = 0; i < c->resources->huge_page_count; i++) {
        const struct spec_huge_page_limit *limit = &c->resources->huge_pages[i];
        const char *where = arena_printf(c->arena, "linux.resources.hugepageLimits[%zu]", i);

        if (!where)
            return err_os(e, ENOMEM, "linux.resources.hugepageLimits");
        TRY(huge_pages_file(c, faults, limit, where, e));
        TRY(huge_pages_file(c, reservations, limit, where, e));
        cgroup_compile_last(c)->if_there = true;
    }
    return 0;
}

int cgroup_huge_pages_v1(struct compilation *c, struct err *e)
{
    return huge_pages(c, "limit_in_bytes", "rsvd.limit_in_bytes", e);
}

int cgroup_huge_pages_v2(struct compilation *c, struct err *e)
{
    return huge_pages(c, "max", "rsvd.max", e);
}

int cgroup_class_id(struct compilation *c, struct err *e)
{
    return cgroup_compile_add(c, "net_cls.classid",
                              cgroup_compile_number(c, c->resources->network.class_id, NULL),
                              "linux.resources.network.classID", e);
}

int cgroup_priorities(struct compilation *c, struct err *e)
{
    for (size_t i = 0; i < c->resources->network.priority_count; i++) {
        const struct spec_priority *p = &c->resources->network.priorities[i];
        const char *where = arena_printf(c->arena, "linux.resources.network.priorities[%zu]", i);

        if (!where)
            return err_os(e, ENOMEM, "linux.resources.network.priorities");
        TRY(cgroup_compile_add(c, "net_prio.ifpriomap",
                               arena_printf(c->arena, "%s %u", p->name, p->priority), where, e));
    }
    return 0;
}

int cgroup_rdma(struct compilation *c, struct err *e)
{
    for (size_t i = 0; i < c->resources->rdma_count; i++) {
        const struct spec_rdma_limit *limit = &c->resources->rdma[i];
        const char *where = arena_printf(c->arena, "linux.resources.rdma.%s", limit->device);
        const char *value = limit->device;

        if (limit->handles.has)
            value =
                arena_printf(c->arena, "%s hca_handle=%u", value, (unsigned)limit->handles.value);
        if (value && limit->objects.has)
            value =
                arena_printf(c->arena, "%s hca_object=%u", value, (unsigned)limit->objects.value);
        if (!where)
            return err_os(e, ENOMEM, "linux.resources.rdma");
        TRY(cgroup_compile_add(c, "rdma.max", value, where, e));
    }
    return 0;
}
