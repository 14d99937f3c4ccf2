// SPDX-License-Identifier: Apache-2.0
/* build.c - the plan's top: namespaces, maps, cgroups, hooks; the parts are in build_*.c. */
#include "plan/writer.h"

#include "base/cleanup.h"
#include "state/hook_state.h"

#include <errno.h>
#include <sched.h>
#include <string.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

static void put_time_offsets(struct plan_writer *w, const struct spec *s)
{
    auto_buf text = { 0 };
    plan_str offset;

    if (s->linux_.monotonic.has)
        buf_printf(&text, "monotonic %lld %u\n", (long long)s->linux_.monotonic.secs,
                   s->linux_.monotonic.nanosecs);
    if (s->linux_.boottime.has)
        buf_printf(&text, "boottime %lld %u\n", (long long)s->linux_.boottime.secs,
                   s->linux_.boottime.nanosecs);
    offset = plan_add_buf(w, &text);
    plan_header(w)->time_offsets = offset;
}

static int put_namespaces(struct plan_writer *w, const struct spec *s, struct err *e)
{
    struct plan_join *joins = arena_new(&w->arena, s->linux_.namespace_count + 1, struct plan_join);
    struct plan_list list;
    size_t n = 0;

    if (!joins)
        return err_os(e, ENOMEM, "linux.namespaces");
    for (size_t i = 0; i < s->linux_.namespace_count; i++) {
        const struct spec_namespace *ns = &s->linux_.namespaces[i];

        if (ns->path) {
            joins[n++] = (struct plan_join){ .flag = ns->flag,
                                             .path = plan_add_text(w, ns->path),
                                             .where = plan_add_where(w, "linux.namespaces", i) };
            plan_header(w)->join_flags |= ns->flag;
        } else if (ns->flag == CLONE_NEWTIME) {
            plan_header(w)->flags |= PLAN_TIME_NAMESPACE;
        } else if (ns->flag == CLONE_NEWCGROUP) {
            plan_header(w)->flags |= PLAN_CGROUP_NAMESPACE;
        } else {
            plan_header(w)->clone_flags |= ns->flag;
        }
    }
    list = plan_add_items(w, joins, n, sizeof *joins);
    plan_header(w)->joins = list;
    if ((plan_header(w)->clone_flags & (CLONE_NEWNET | CLONE_NEWUSER)) == CLONE_NEWNET) {
        plan_header(w)->clone_flags &= ~(uint32_t)CLONE_NEWNET;
        plan_header(w)->flags |= PLAN_NET_BY_OUTER;
    }
    if (!((plan_header(w)->clone_flags | plan_header(w)->join_flags) & CLONE_NEWNS))
        /* chroot would be all that is left: what is mounted would stay on the host, and whoever
         * may call chroot gets out. */
        return err_set(e, ERR_UNSUPPORTED,
                       "linux.namespaces needs one of type 'mount': in the host's own nothing "
                       "would hide the host's files");
    plan_header(w)->flags |= PLAN_MOUNT_NAMESPACE;
    return 0;
}

static int put_net_devices(struct plan_writer *w, const struct spec *s, struct err *e)
{
    size_t count = s->linux_.net_device_count;
    struct plan_net_device *items = arena_new(&w->arena, count + 1, struct plan_net_device);
    struct plan_list list;

    if (!items)
        return err_os(e, ENOMEM, "linux.netDevices");
    /* Whoever may make the one may not take devices from the host, and the other way round. */
    if (count && (plan_header(w)->flags & PLAN_NET_BY_OUTER) &&
        (plan_header(w)->join_flags & CLONE_NEWUSER))
        return err_set(e, ERR_UNSUPPORTED,
                       "linux.netDevices: a new network namespace in a joined user namespace can "
                       "have no devices of the host");
    for (size_t i = 0; i < count; i++) {
        const struct spec_net_device *d = &s->linux_.net_devices[i];

        items[i] = (struct plan_net_device){
            .where = plan_add_made(w, arena_printf(&w->arena, "linux.netDevices.%s", d->host)),
            .host = plan_add_text(w, d->host),
            .name = plan_add_text(w, d->name),
        };
    }
    list = plan_add_items(w, items, count, sizeof *items);
    plan_header(w)->net_devices = list;
    return 0;
}

static int put_maps(struct plan_writer *w, const struct spec *s, struct err *e)
{
    plan_str text;

    if (!(plan_header(w)->clone_flags & CLONE_NEWUSER))
        return 0;
    if (!s->linux_.uid_mapping_count || !s->linux_.gid_mapping_count)
        return err_set(e, ERR_INVALID, "linux.%s: a new user namespace needs at least one mapping",
                       s->linux_.uid_mapping_count ? "gidMappings" : "uidMappings");
    text = plan_add_map(w, s->linux_.uid_mappings, s->linux_.uid_mapping_count);
    plan_header(w)->uid_map = text;
    text = plan_add_map(w, s->linux_.gid_mappings, s->linux_.gid_mapping_count);
    plan_header(w)->gid_map = text;
    return 0;
}

/* "a.b/c" and "a/b.c" spell the same key; the file is the form with slashes. */
static const char *sysctl_path(struct plan_writer *w, const char *key)
{
    char *path = arena_strdup(&w->arena, key);
    const char *first = path ? strpbrk(path, "./") : NULL;
    bool dots = first && *first == '.';

    for (char *p = path; p && *p; p++) {
        if (*p == '.')
            *p = dots ? '/' : '.';
        else if (*p == '/')
            *p = dots ? '.' : '/';
    }
    return path;
}

static int put_sysctls(struct plan_writer *w, const struct spec *s, struct err *e)
{
    struct plan_sysctl *items =
        arena_new(&w->arena, s->linux_.sysctl_count + 1, struct plan_sysctl);
    struct plan_list list;

    if (!items)
        return err_os(e, ENOMEM, "linux.sysctl");
    for (size_t i = 0; i < s->linux_.sysctl_count; i++)
        items[i] = (struct plan_sysctl){
            .key = plan_add_text(w, s->linux_.sysctl[i].key),
            .path = plan_add_made(w, sysctl_path(w, s->linux_.sysctl[i].key)),
            .value = plan_add_text(w, s->linux_.sysctl[i].value),
        };
    list = plan_add_items(w, items, s->linux_.sysctl_count, sizeof *items);
    plan_header(w)->sysctls = list;
    return 0;
}

static struct plan_list put_hooks(struct plan_writer *w, const struct spec *s,
                                  enum spec_hook_kind kind, const char *field)
{
    size_t count = s->hooks.kind[kind].count;
    struct plan_hook *items = arena_new(&w->arena, count + 1, struct plan_hook);

    if (!items) {
        w->out.failed = true;
        return (struct plan_list){ 0 };
    }
    for (size_t i = 0; i < count; i++) {
        const struct spec_hook *h = &s->hooks.kind[kind].items[i];

        items[i] = (struct plan_hook){ .where = plan_add_where(w, field, i),
                                       .path = plan_add_text(w, h->path),
                                       .args = plan_add_strings(w, h->args.items, h->args.count),
                                       .env = plan_add_strings(w, h->env.items, h->env.count),
                                       .process_env = kind == HOOK_START_CONTAINER && !h->has_env,
                                       .timeout = h->timeout };
    }
    return plan_add_items(w, items, count, sizeof *items);
}

static void put_all_hooks(struct plan_writer *w, const struct plan_input *in)
{
    const struct spec *s = in->spec;
    auto_buf creating = { 0 }, created = { 0 }, tail = { 0 };
    struct plan_list list;
    plan_str text;

    if (s->hooks.kind[HOOK_PRESTART].count || s->hooks.kind[HOOK_CREATE_RUNTIME].count)
        plan_header(w)->flags |= PLAN_RUNTIME_HOOKS;
    list = put_hooks(w, s, HOOK_CREATE_CONTAINER, "hooks.createContainer");
    plan_header(w)->create_container = list;
    list = put_hooks(w, s, HOOK_START_CONTAINER, "hooks.startContainer");
    plan_header(w)->start_container = list;
    if (!plan_header(w)->create_container.count && !list.count)
        return;
    hook_state_head(&creating, in->id, "creating");
    hook_state_head(&created, in->id, "created");
    hook_state_tail(&tail, in->bundle, s->annotations, s->annotation_count);
    text = plan_add_text(w, in->bundle);
    plan_header(w)->hook_dir = text;
    text = plan_add_buf(w, &creating);
    plan_header(w)->state_head = text;
    text = plan_add_buf(w, &created);
    plan_header(w)->start_head = text;
    text = plan_add_buf(w, &tail);
    plan_header(w)->state_tail = plan_header(w)->start_tail = text;
}

/* "/sys/fs/cgroup/cpu,cpuacct" -> "cpu,cpuacct" */
static const char *last_component(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* ",cpu,cpuacct," -> "cpu,cpuacct"; ",name=systemd," -> "none,name=systemd" */
static const char *mount_options_of(struct plan_writer *w, const char *controllers)
{
    size_t length = strlen(controllers);
    const char *prefix = strncmp(controllers, ",name=", 6) ? "" : "none,";

    if (length < 2)
        return "";
    return arena_printf(&w->arena, "%s%.*s", prefix, (int)(length - 2), controllers + 1);
}

static void put_hierarchies(struct plan_writer *w, const struct plan_input *in)
{
    struct plan_hierarchy items[CGROUP_HIERARCHIES_MAX];
    struct plan_list list;

    for (unsigned i = 0; i < in->host->count; i++) {
        const struct cgroup_hierarchy *h = &in->host->h[i];

        plan_header(w)->flags |= h->v2 ? PLAN_CGROUP_V2 : PLAN_CGROUP_V1;
        items[i] = (struct plan_hierarchy){
            .v2 = h->v2,
            .name = plan_add_text(w, h->v2 ? "unified" : last_component(h->mount)),
            .options = h->v2 ? 0 : plan_add_made(w, mount_options_of(w, h->controllers)),
            .dir = plan_add_text(w, in->cgroup->dirs[i]),
        };
    }
    list = plan_add_items(w, items, in->host->count, sizeof *items);
    plan_header(w)->hierarchies = list;
}

static int put_cgroups(struct plan_writer *w, const struct plan_input *in, struct err *e)
{
    struct plan_cgroup_write *items;
    size_t count = in->writes ? in->writes->count : 0;
    const char *path = in->spec->linux_.cgroups_path;
    struct plan_list list;
    plan_str text;

    if (!in->host || !in->cgroup)
        return 0;
    text = plan_add_made(w, path && *path ? path : arena_printf(&w->arena, "/davit-%s", in->id));
    plan_header(w)->cgroup_path = text;
    put_hierarchies(w, in);
    items = arena_new(&w->arena, count + 1, struct plan_cgroup_write);
    if (!items)
        return err_os(e, ENOMEM, "linux.resources");
    for (size_t i = 0; i < count; i++)
        items[i] = (struct plan_cgroup_write){
            .hierarchy = in->writes->items[i].hierarchy,
            .controller = plan_add_text(w, in->writes->items[i].controller),
            .file = plan_add_text(w, in->writes->items[i].file),
            .value = plan_add_text(w, in->writes->items[i].value),
            .where = plan_add_text(w, in->writes->items[i].where),
            .other_file = plan_add_text(w, in->writes->items[i].other_file),
            .other_value = plan_add_text(w, in->writes->items[i].other_value),
        };
    list = plan_add_items(w, items, count, sizeof *items);
    plan_header(w)->cgroup_writes = list;
    if (!in->writes)
        return 0;
    list = plan_add_items(w, in->writes->device_insns, in->writes->device_insn_count,
                          sizeof *in->writes->device_insns);
    plan_header(w)->device_program = list;
    return 0;
}

static int put_resctrl(struct plan_writer *w, const struct plan_input *in, struct err *e)
{
    size_t count = in->resctrl ? in->resctrl->line_count : 0;
    struct plan_resctrl_line *items = arena_new(&w->arena, count + 1, struct plan_resctrl_line);
    struct plan_list list;
    plan_str text;

    if (!items)
        return err_os(e, ENOMEM, "linux.intelRdt");
    if (!in->resctrl)
        return 0;
    text = plan_add_text(w, in->resctrl->group);
    plan_header(w)->resctrl_group = text;
    for (size_t i = 0; i < count; i++)
        items[i] =
            (struct plan_resctrl_line){ .where = plan_add_text(w, in->resctrl->lines[i].where),
                                        .text = plan_add_text(w, in->resctrl->lines[i].text) };
    list = plan_add_items(w, items, count, sizeof *items);
    plan_header(w)->resctrl_lines = list;
    plan_header(w)->flags |= in->resctrl->monitor ? PLAN_RESCTRL_MONITOR : 0;
    return 0;
}

static void put_names(struct plan_writer *w, const struct plan_input *in)
{
    plan_str text = plan_add_text(w, in->id);

    plan_header(w)->id = text;
    text = plan_add_text(w, in->bundle);
    plan_header(w)->bundle = text;
    text = plan_add_text(w, in->rootfs);
    plan_header(w)->rootfs = text;
    if (in->rootless)
        plan_header(w)->flags |= PLAN_ROOTLESS;
    if (in->groups_fixed)
        plan_header(w)->flags |= PLAN_GROUPS_FIXED;
    if (in->no_pivot)
        plan_header(w)->flags |= PLAN_NO_PIVOT;
    if (in->no_keyring)
        return;
    text = plan_add_made(w, arena_printf(&w->arena, "_ses.%s", in->id));
    plan_header(w)->keyring = text;
    plan_header(w)->flags |= PLAN_KEYRING;
}

static int put_create(struct plan_writer *w, const struct plan_input *in, struct err *e)
{
    const struct spec *s = in->spec;
    plan_str text;

    put_names(w, in);
    TRY(put_namespaces(w, s, e));
    put_time_offsets(w, s);
    TRY(put_net_devices(w, s, e));
    TRY(put_maps(w, s, e));
    text = plan_add_text(w, s->hostname && *s->hostname ? s->hostname : NULL);
    plan_header(w)->hostname = text;
    text = plan_add_text(w, s->domainname && *s->domainname ? s->domainname : NULL);
    plan_header(w)->domainname = text;
    plan_put_notify(w, in);
    TRY(plan_put_mounts(w, in, e));
    TRY(plan_put_devices(w, in, e));
    TRY(put_sysctls(w, s, e));
    put_all_hooks(w, in);
    if (s->has_process)
        TRY(plan_put_process(w, in, &s->process, e));
    TRY(put_resctrl(w, in, e));
    TRY(put_cgroups(w, in, e));
    plan_put_cgroup_owner(w, in);
    plan_header(w)->flags |= (s->root_readonly ? PLAN_ROOT_READONLY : 0) |
                             (in->barrier ? PLAN_START_BARRIER : 0) |
                             (in->announced ? PLAN_ANNOUNCED : 0);
    return 0;
}

int plan_build(const struct plan_input *in, struct plan **ret, struct err *e)
{
    cleanup(plan_writer_done) struct plan_writer w;

    plan_writer_init(&w);
    return plan_writer_finish(&w, put_create(&w, in, e), ret, e);
}

static int put_exec(struct plan_writer *w, const struct plan_input *in,
                    const struct spec_process *process, uint32_t join_flags, struct err *e)
{
    plan_header(w)->kind = PLAN_EXEC;
    plan_header(w)->join_flags = join_flags;
    put_names(w, in);
    TRY(plan_put_process(w, in, process, e));
    TRY(put_resctrl(w, in, e));
    return put_cgroups(w, in, e);
}

int plan_build_exec(const struct plan_input *in, const struct spec_process *process,
                    uint32_t join_flags, struct plan **ret, struct err *e)
{
    cleanup(plan_writer_done) struct plan_writer w;

    plan_writer_init(&w);
    return plan_writer_finish(&w, put_exec(&w, in, process, join_flags, e), ret, e);
}
