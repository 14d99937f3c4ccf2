// SPDX-License-Identifier: Apache-2.0
/* dump_lists.c - the lists that rows walk over, and a line for each of their items. */
#include "plan/dump.h"

/* LIST(mounts) is a function that returns p->mounts. */
#define LIST(member)                                                                               \
    static struct plan_list list_##member(const struct plan *p)                                    \
    {                                                                                              \
        return p->member;                                                                          \
    }

LIST(joins)
LIST(net_devices)
LIST(mounts)
LIST(devices)
LIST(links)
LIST(masked)
LIST(readonly)
LIST(sysctls)
LIST(create_container)
LIST(start_container)
LIST(rlimits)
LIST(hierarchies)
LIST(cgroup_writes)
LIST(resctrl_lines)

static void tell_join(const struct plan *p, const void *item, struct buf *ret)
{
    const struct plan_join *j = item;
    struct dump_names names;

    dump_namespaces(j->flag, &names);
    buf_printf(ret, "%s: %s %s", plan_text(p, j->where), names.items[0], plan_text(p, j->path));
}

static void tell_net_device(const struct plan *p, const void *item, struct buf *ret)
{
    const struct plan_net_device *d = item;

    buf_printf(ret, "%s as %s", plan_text(p, d->host), plan_text(p, d->name));
}

static const char *or_none(const char *text)
{
    return text ? text : "none";
}

static void tell_mount(const struct plan *p, const void *item, struct buf *ret)
{
    const struct plan_mount *m = item;
    struct dump_names names;
    const char *data = plan_text(p, m->data);

    buf_printf(ret, "%s: %s ", plan_text(p, m->where), plan_text(p, m->destination));
    if (m->kind == PLAN_MOUNT_BIND)
        buf_printf(ret, "%sbind %s", m->recursive ? "r" : "", plan_text(p, m->source));
    else if (m->kind == PLAN_MOUNT_REMOUNT)
        buf_puts(ret, "remount");
    else
        buf_printf(ret, "%s %s", or_none(plan_text(p, m->type)), or_none(plan_text(p, m->source)));
    dump_mount_options(m, &names);
    for (size_t i = 0; i < names.count; i++)
        buf_printf(ret, "%c%s", i ? ',' : ' ', names.items[i]);
    if (data)
        buf_printf(ret, "%c%s", names.count ? ',' : ' ', data);
}

static bool is_opened_by_outer(const void *item)
{
    const struct plan_mount *m = item;

    return plan_mount_by_outer(m);
}

static void tell_source(const struct plan *p, const void *item, struct buf *ret)
{
    const struct plan_mount *m = item;

    buf_printf(ret, "%s: %s", plan_text(p, m->where),
               plan_text(p, m->kind == PLAN_MOUNT_BIND ? m->source : m->type));
}

static void tell_device(const struct plan *p, const void *item, struct buf *ret)
{
    const struct plan_device *d = item;

    buf_printf(ret, "%s: %s %c %u:%u %04o %u:%u", plan_text(p, d->where), plan_text(p, d->path),
               dump_device_type(d->type), d->major, d->minor, d->mode, d->uid, d->gid);
}

static bool is_by_outer(const void *item)
{
    return ((const struct plan_device *)item)->by_outer;
}

static void tell_node(const struct plan *p, const void *item, struct buf *ret)
{
    const struct plan_device *d = item;

    buf_printf(ret, "%s: %c %u:%u %04o %u:%u on the host", plan_text(p, d->where),
               dump_device_type(d->type), d->major, d->minor, d->mode, d->host_uid, d->host_gid);
}

static void tell_link(const struct plan *p, const void *item, struct buf *ret)
{
    const struct plan_link *l = item;

    buf_printf(ret, "%s -> %s", plan_text(p, l->path), plan_text(p, l->target));
}

static void tell_path(const struct plan *p, const void *item, struct buf *ret)
{
    const struct plan_path *path = item;

    buf_printf(ret, "%s: %s", plan_text(p, path->where), plan_text(p, path->path));
}

static void tell_sysctl(const struct plan *p, const void *item, struct buf *ret)
{
    const struct plan_sysctl *s = item;

    buf_printf(ret, "%s = %s", plan_text(p, s->path), plan_text(p, s->value));
}

static void tell_hook(const struct plan *p, const void *item, struct buf *ret)
{
    const struct plan_hook *h = item;

    buf_printf(ret, "%s: %s", plan_text(p, h->where), plan_text(p, h->path));
    if (h->timeout)
        buf_printf(ret, ", at most %u s", h->timeout);
}

static void tell_limit(struct buf *ret, uint64_t value)
{
    if (value == UINT64_MAX)
        buf_puts(ret, "unlimited");
    else
        buf_printf(ret, "%llu", (unsigned long long)value);
}

static void tell_rlimit(const struct plan *p, const void *item, struct buf *ret)
{
    const struct plan_rlimit *r = item;

    buf_printf(ret, "%s ", plan_text(p, r->name));
    tell_limit(ret, r->soft);
    buf_puts(ret, " of ");
    tell_limit(ret, r->hard);
}

static bool has_directory(const void *item)
{
    return ((const struct plan_hierarchy *)item)->dir != 0;
}

static bool is_joined_by_init(const void *item)
{
    return has_directory(item) && !((const struct plan_hierarchy *)item)->v2;
}

static void tell_hierarchy(const struct plan *p, const void *item, struct buf *ret)
{
    buf_puts(ret, plan_text(p, ((const struct plan_hierarchy *)item)->dir));
}

static void tell_write(const struct plan *p, const void *item, struct buf *ret)
{
    const struct plan_cgroup_write *w = item;
    const struct plan_hierarchy *h = plan_items(p, p->hierarchies);

    buf_printf(ret, "%s: %s = %s", plan_text(p, h[w->hierarchy].name), plan_text(p, w->file),
               plan_text(p, w->value));
}

static void tell_resctrl_line(const struct plan *p, const void *item, struct buf *ret)
{
    buf_puts(ret, plan_text(p, ((const struct plan_resctrl_line *)item)->text));
}

#define LISTED(member, item, tell)                                                                 \
    {                                                                                              \
        list_##member, sizeof(struct item), NULL, tell                                             \
    }
#define LISTED_IF(member, item, tell, test)                                                        \
    {                                                                                              \
        list_##member, sizeof(struct item), test, tell                                             \
    }

static const struct dump_list boot_lists[BOOT_ROW_COUNT] = {
    [BOOT_make_cgroup] = LISTED_IF(hierarchies, plan_hierarchy, tell_hierarchy, has_directory),
    [BOOT_limit_cgroup] = LISTED(cgroup_writes, plan_cgroup_write, tell_write),
    [BOOT_make_resctrl] = LISTED(resctrl_lines, plan_resctrl_line, tell_resctrl_line),
    [BOOT_open_sources] = LISTED_IF(mounts, plan_mount, tell_source, is_opened_by_outer),
    [BOOT_nodes] = LISTED_IF(devices, plan_device, tell_node, is_by_outer),
    [BOOT_raise_limits] = LISTED(rlimits, plan_rlimit, tell_rlimit),
    [BOOT_net_devices] = LISTED(net_devices, plan_net_device, tell_net_device),
    [BOOT_net_devices_late] = LISTED(net_devices, plan_net_device, tell_net_device),
    [BOOT_join] = LISTED(joins, plan_join, tell_join),
    [BOOT_enter_cgroups] =
        LISTED_IF(hierarchies, plan_hierarchy, tell_hierarchy, is_joined_by_init),
    [BOOT_mounts] = LISTED(mounts, plan_mount, tell_mount),
    [BOOT_devices] = LISTED(devices, plan_device, tell_device),
    [BOOT_links] = LISTED(links, plan_link, tell_link),
    [BOOT_container_hooks] = LISTED(create_container, plan_hook, tell_hook),
    [BOOT_sysctls] = LISTED(sysctls, plan_sysctl, tell_sysctl),
    [BOOT_mask] = LISTED(masked, plan_path, tell_path),
    [BOOT_protect] = LISTED(readonly, plan_path, tell_path),
    [BOOT_start_hooks] = LISTED(start_container, plan_hook, tell_hook),
    [BOOT_rlimits] = LISTED(rlimits, plan_rlimit, tell_rlimit),
};

static const struct dump_list join_lists[JOIN_ROW_COUNT] = {
    [JOIN_raise_limits] = LISTED(rlimits, plan_rlimit, tell_rlimit),
    [JOIN_enter_cgroups] =
        LISTED_IF(hierarchies, plan_hierarchy, tell_hierarchy, is_joined_by_init),
    [JOIN_rlimits] = LISTED(rlimits, plan_rlimit, tell_rlimit),
};

const struct dump_list *dump_row_list(const struct plan *p, unsigned i)
{
    const struct dump_list *l = p->kind == PLAN_EXEC ? &join_lists[i] : &boot_lists[i];

    return l->list ? l : NULL;
}

unsigned dump_row_items(const struct plan *p, const struct dump_list *l)
{
    struct plan_list list = l->list(p);
    const char *items = plan_items(p, list);
    unsigned n = 0;

    for (uint32_t i = 0; i < list.count; i++)
        n += !l->belongs || l->belongs(items + (size_t)i * l->size);
    return n;
}
