// SPDX-License-Identifier: Apache-2.0
/* build_devices.c - devices and links of the plan. */
#include "plan/writer.h"

#include "base/cleanup.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>

/* runtime-linux.md "Default Devices" */
static const struct {
    const char *path;
    uint32_t major, minor;
} default_devices[] = {
    { "/dev/null", 1, 3 },   { "/dev/zero", 1, 5 },    { "/dev/full", 1, 7 },
    { "/dev/random", 1, 8 }, { "/dev/urandom", 1, 9 }, { "/dev/tty", 5, 0 },
};

static const struct {
    const char *path, *target;
} default_links[] = {
    { "/dev/fd", "/proc/self/fd" },       { "/dev/stdin", "/proc/self/fd/0" },
    { "/dev/stdout", "/proc/self/fd/1" }, { "/dev/stderr", "/proc/self/fd/2" },
    { "/dev/ptmx", "pts/ptmx" },
};

static bool is_listed(struct plan_writer *w, const struct plan_device *items, size_t count,
                      const char *path)
{
    for (size_t i = 0; i < count && !buf_failed(&w->out); i++)
        if (!strcmp(plan_text(plan_header(w), items[i].path), path))
            return true;
    return false;
}

/* A bind on /dev brings its own nodes; making ours would write into the source. */
static bool dev_is_bound(const struct plan_writer *w)
{
    const struct plan *p = (const struct plan *)w->out.data;
    const struct plan_mount *m;

    if (!p)
        return false;
    m = plan_items(p, p->mounts);
    for (uint32_t i = 0; i < p->mounts.count; i++)
        if (m[i].kind == PLAN_MOUNT_BIND && !strcmp(plan_text(p, m[i].destination), "/dev"))
            return true;
    return false;
}

/* Root gives a new user namespace its nodes from outside. */
static int put_host_owner(const struct plan_input *in, struct plan_device *d, size_t i,
                          struct err *e)
{
    const struct spec_namespace *user = spec_namespace(in->spec, CLONE_NEWUSER);
    const struct spec_linux *l = &in->spec->linux_;

    if (in->rootless || !user || user->path)
        return 0;
    d->by_outer = true;
    if (!plan_host_id(l->uid_mappings, l->uid_mapping_count, d->uid, &d->host_uid))
        return err_set(e, ERR_INVALID, "linux.devices[%zu].uid: %u is not in linux.uidMappings", i,
                       d->uid);
    if (!plan_host_id(l->gid_mappings, l->gid_mapping_count, d->gid, &d->host_gid))
        return err_set(e, ERR_INVALID, "linux.devices[%zu].gid: %u is not in linux.gidMappings", i,
                       d->gid);
    return 0;
}

static int put_configured(struct plan_writer *w, const struct plan_input *in,
                          struct plan_device *items, struct err *e)
{
    const struct spec *s = in->spec;

    for (size_t i = 0; i < s->linux_.device_count; i++) {
        const struct spec_device *d = &s->linux_.devices[i];
        const char *path = plan_clean_path(&w->arena, d->path);

        if (!path)
            return err_os(e, ENOMEM, "linux.devices[%zu]", i);
        items[i] = (struct plan_device){
            .where = plan_add_where(w, "linux.devices", i),
            .path = plan_add_text(w, path),
            .type = d->type,
            .major = (uint32_t)d->major,
            .minor = (uint32_t)d->minor,
            .mode = d->file_mode.has ? (uint32_t)d->file_mode.value & 07777 : 0666,
            .uid = d->uid,
            .gid = d->gid,
        };
        TRY(put_host_owner(in, &items[i], i, e));
    }
    return 0;
}

int plan_put_devices(struct plan_writer *w, const struct plan_input *in, struct err *e)
{
    const struct spec *s = in->spec;
    size_t room = s->linux_.device_count + ARRAY_SIZE(default_devices), n;
    struct plan_device *items = arena_new(&w->arena, room, struct plan_device);
    struct plan_link links[ARRAY_SIZE(default_links)];
    struct plan_list list;

    if (!items)
        return err_os(e, ENOMEM, "linux.devices");
    if (dev_is_bound(w))
        return 0;
    TRY(put_configured(w, in, items, e));
    n = s->linux_.device_count;
    for (size_t i = 0; i < ARRAY_SIZE(default_devices); i++)
        if (!is_listed(w, items, s->linux_.device_count, default_devices[i].path))
            items[n++] = (struct plan_device){ .where = plan_add_text(w, "default device"),
                                               .path = plan_add_text(w, default_devices[i].path),
                                               .type = S_IFCHR,
                                               .major = default_devices[i].major,
                                               .minor = default_devices[i].minor,
                                               .mode = 0666 };
    list = plan_add_items(w, items, n, sizeof *items);
    plan_header(w)->devices = list;
    for (size_t i = 0; i < ARRAY_SIZE(default_links); i++)
        links[i] = (struct plan_link){ plan_add_text(w, default_links[i].path),
                                       plan_add_text(w, default_links[i].target) };
    list = plan_add_items(w, links, ARRAY_SIZE(default_links), sizeof *links);
    plan_header(w)->links = list;
    return 0;
}
