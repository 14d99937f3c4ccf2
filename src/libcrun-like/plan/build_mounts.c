// SPDX-License-Identifier: Apache-2.0
/* build_mounts.c - mounts, devices and protected paths of the plan. */
#include "plan/writer.h"

#include "base/cleanup.h"
#include "mount/idmap.h"
#include "mount/options.h"

#include <errno.h>
#include <linux/mount.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

char *plan_clean_path(struct arena *arena, const char *path)
{
    char *clean = arena_alloc(arena, strlen(path) + 2, 1);
    size_t n = 0;

    if (!clean)
        return NULL;
    while (*path) {
        size_t length;

        while (*path == '/')
            path++;
        length = strcspn(path, "/");
        if (length && !(length == 1 && path[0] == '.')) {
            clean[n++] = '/';
            memcpy(clean + n, path, length);
            n += length;
        }
        path += length;
    }
    if (n == 0)
        clean[n++] = '/';
    clean[n] = '\0';
    return clean;
}

static enum plan_mount_kind kind_of(const struct spec_mount *m, const struct mount_options *o)
{
    const char *type = m->type ? m->type : "";

    if (o->remount)
        return PLAN_MOUNT_REMOUNT;
    /* config.md: with bind or rbind the type is a dummy; engines also write type "bind" alone. */
    if (o->bind || !strcmp(type, "bind"))
        return PLAN_MOUNT_BIND;
    return !strcmp(type, "cgroup") || !strcmp(type, "cgroup2") ? PLAN_MOUNT_CGROUP : PLAN_MOUNT_FS;
}

/* A relative source of a bind is relative to the bundle (config.md "Mounts"). */
static plan_str put_source(struct plan_writer *w, const struct plan_input *in,
                           const struct spec_mount *m, enum plan_mount_kind kind)
{
    if (kind != PLAN_MOUNT_BIND || !m->source || m->source[0] == '/')
        return plan_add_text(w, m->source);
    return plan_add_made(w, arena_printf(&w->arena, "%s/%s", in->bundle, m->source));
}

/* The file of the user namespace that the container joins. */
static const char *joined_user(const struct spec *s)
{
    const struct spec_namespace *user = spec_namespace(s, CLONE_NEWUSER);

    return user ? user->path : NULL;
}

/* config.md "Linux mount options": by the mount's own mappings, else by the container's. */
static int put_idmap(struct plan_writer *w, const struct plan_input *in, size_t i,
                     const struct mount_options *o, struct plan_mount *ret, struct err *e)
{
    const struct spec_mount *m = &in->spec->mounts[i];
    struct mount_idmap own = { m->uid_mappings, m->gid_mappings, m->uid_mapping_count,
                               m->gid_mapping_count };

    if (!o->idmap && !m->uid_mapping_count)
        return 0;
    if (ret->kind != PLAN_MOUNT_BIND && ret->kind != PLAN_MOUNT_FS)
        return err_set(e, ERR_INVALID, "mounts[%zu]: ids of a %s can't be mapped", i,
                       ret->kind == PLAN_MOUNT_CGROUP ? "cgroup filesystem" : "remount");
    ret->idmap = o->recursive_idmap ? PLAN_IDMAP_TREE : PLAN_IDMAP_MOUNT;
    if (o->idmap_ranges && own.uid_count)
        return err_set(e, ERR_INVALID, "mounts[%zu].options: 'idmap=' and uidMappings say it twice",
                       i);
    if (o->idmap_ranges &&
        mount_idmap_parse(o->idmap_ranges, &in->spec->linux_, &w->arena, &own, e) < 0)
        return err_wrap(e, "mounts[%zu].options", i);
    if (own.uid_count) {
        ret->uid_map = plan_add_map(w, own.uids, own.uid_count);
        ret->gid_map = plan_add_map(w, own.gids, own.gid_count);
        return 0;
    }
    ret->uid_map = plan_header(w)->uid_map;
    ret->gid_map = plan_header(w)->gid_map;
    ret->idmap_path = plan_add_text(w, joined_user(in->spec));
    if (!ret->uid_map && !ret->idmap_path)
        return err_set(
            e, ERR_INVALID,
            "mounts[%zu].options: '%sidmap' needs uidMappings and gidMappings, or a user "
            "namespace in linux.namespaces",
            i, o->recursive_idmap ? "r" : "");
    return 0;
}

static int put_copy_up(size_t i, const char *type, const char *destination,
                       const struct mount_options *o, struct plan_mount *ret, struct err *e)
{
    if (!o->copy_up)
        return 0;
    if (ret->kind != PLAN_MOUNT_FS || strcmp(type, "tmpfs"))
        return err_set(e, ERR_INVALID, "mounts[%zu].options: 'tmpcopyup' is for a tmpfs", i);
    if (!strcmp(destination, "/"))
        return err_set(e, ERR_INVALID, "mounts[%zu].options: 'tmpcopyup' can't be used on /", i);
    ret->copy_up = true;
    return 0;
}

static const char *const context_options[] = { "context", "fscontext", "defcontext",
                                               "rootcontext" };

static bool is_context(const char *option)
{
    for (size_t i = 0; i < ARRAY_SIZE(context_options); i++) {
        size_t length = strlen(context_options[i]);

        if (!strncmp(option, context_options[i], length) && option[length] == '=')
            return true;
    }
    return false;
}

/* Does the filesystem's own data say something about labels? */
static bool has_context(const char *data)
{
    while (data && !is_context(data)) {
        data = strchr(data, ',');
        data = data ? data + 1 : NULL;
    }
    return data;
}

static bool has_v1(const struct cgroup_host *h)
{
    for (unsigned i = 0; h && i < h->count; i++)
        if (!h->h[i].v2)
            return true;
    return false;
}

static enum plan_label label_of(const struct plan_input *in, const struct plan_mount *m,
                                const char *type, const char *data)
{
    if (!in->spec->linux_.mount_label || has_context(data))
        return PLAN_LABEL_NONE;
    /* A v1 host's controllers are below a tmpfs, which has labels; cgroup filesystems have none. */
    if (m->kind == PLAN_MOUNT_CGROUP)
        return has_v1(in->host) && strcmp(type, "cgroup2") ? PLAN_LABEL_OPTION : PLAN_LABEL_NONE;
    if (m->kind != PLAN_MOUNT_FS || !strcmp(type, "proc") || !strcmp(type, "sysfs"))
        return PLAN_LABEL_NONE;
    return strcmp(type, "mqueue") ? PLAN_LABEL_OPTION : PLAN_LABEL_ATTRIBUTE;
}

/* An annotation, as with crun, says which of the kernel's four options takes the label. */
static int put_label(struct plan_writer *w, const struct spec *s, struct err *e)
{
    static const char key[] = "run.oci.mount_context_type";
    const char *context = spec_annotation(s, key);
    plan_str text;
    bool known = false;

    if (!s->linux_.mount_label)
        return 0;
    context = context ? context : context_options[0];
    for (size_t i = 0; i < ARRAY_SIZE(context_options); i++)
        known |= !strcmp(context, context_options[i]);
    if (!known)
        return err_set(e, ERR_INVALID,
                       "annotations['%s'] must be context, fscontext, defcontext or rootcontext, "
                       "not '%.*s'",
                       key, 80, context);
    text = plan_add_text(w, s->linux_.mount_label);
    plan_header(w)->mount_label = text;
    text = plan_add_text(w, context);
    plan_header(w)->mount_context = text;
    return 0;
}

/* What comes later may have to be made in it: other mounts' targets, devices, the console. */
static bool is_readonly_late(const struct plan_mount *m, const char *type)
{
    /* rrw comes after ro. */
    return m->kind == PLAN_MOUNT_FS && !strcmp(type, "tmpfs") && (m->set & MOUNT_ATTR_RDONLY) &&
           !(m->rec_clear & MOUNT_ATTR_RDONLY);
}

static int put_mount(struct plan_writer *w, const struct plan_input *in, size_t i,
                     struct plan_mount *ret, struct err *e)
{
    const struct spec_mount *m = &in->spec->mounts[i];
    const char *where = arena_printf(&w->arena, "mounts[%zu]", i);
    const char *destination = plan_clean_path(&w->arena, m->destination);
    const char *type = m->type ? m->type : "";
    struct mount_options o = { 0 };
    enum plan_mount_kind kind;

    if (!where || !destination)
        return err_os(e, ENOMEM, "mounts[%zu]", i);
    TRY(mount_options_parse(m, where, &w->arena, &o, e));
    kind = kind_of(m, &o);
    if (kind == PLAN_MOUNT_BIND && !m->source)
        return err_set(e, ERR_INVALID, "%s.source is required for a bind mount", where);
    if (kind == PLAN_MOUNT_FS && !m->type)
        return err_set(e, ERR_INVALID, "%s.type is required", where);
    *ret = (struct plan_mount){
        .where = plan_add_text(w, where),
        .kind = kind,
        .type = plan_add_text(w, m->type),
        .source = put_source(w, in, m, kind),
        .destination = plan_add_text(w, destination),
        .data = plan_add_text(w, o.data),
        .recursive = o.recursive_bind,
        .sb_set = o.sb_set,
        .sb_clear = o.sb_clear,
        .set = o.set,
        .clear = o.clear,
        .rec_set = o.rec_set,
        .rec_clear = o.rec_clear,
    };
    for (unsigned k = 0; k < o.propagation_count && k < PLAN_PROPAGATIONS; k++)
        ret->propagation[k] = o.propagation[k];
    ret->label = label_of(in, ret, type, o.data);
    ret->readonly_late = is_readonly_late(ret, type);
    TRY(put_copy_up(i, type, destination, &o, ret, e));
    return put_idmap(w, in, i, &o, ret, e);
}

static struct plan_list put_paths(struct plan_writer *w, const struct spec_strings *paths,
                                  const char *field)
{
    struct plan_path *items = arena_new(&w->arena, paths->count + 1, struct plan_path);

    for (size_t i = 0; items && i < paths->count; i++)
        items[i] = (struct plan_path){ .where = plan_add_where(w, field, i),
                                       .path = plan_add_text(w, paths->items[i]) };
    if (!items)
        w->out.failed = true;
    return plan_add_items(w, items, items ? paths->count : 0, sizeof *items);
}

/* What is writable again must not become read-only when everything is in place. */
static void heed_remount(const struct spec *s, struct plan_mount *items, size_t i)
{
    if (items[i].kind != PLAN_MOUNT_REMOUNT ||
        !((items[i].clear | items[i].rec_clear) & MOUNT_ATTR_RDONLY))
        return;
    for (size_t k = 0; k < i; k++)
        if (!strcmp(s->mounts[k].destination, s->mounts[i].destination))
            items[k].readonly_late = false;
}

int plan_put_mounts(struct plan_writer *w, const struct plan_input *in, struct err *e)
{
    const struct spec *s = in->spec;
    struct plan_mount *items = arena_new(&w->arena, s->mount_count + 1, struct plan_mount);
    struct plan_list list;

    if (!items)
        return err_os(e, ENOMEM, "mounts");
    TRY(put_label(w, s, e));
    for (size_t i = 0; i < s->mount_count; i++) {
        TRY(put_mount(w, in, i, &items[i], e));
        heed_remount(s, items, i);
    }
    list = plan_add_items(w, items, s->mount_count, sizeof *items);
    plan_header(w)->mounts = list;
    list = put_paths(w, &s->linux_.masked_paths, "linux.maskedPaths");
    plan_header(w)->masked = list;
    list = put_paths(w, &s->linux_.readonly_paths, "linux.readonlyPaths");
    plan_header(w)->readonly = list;
    plan_header(w)->rootfs_propagation = s->linux_.rootfs_propagation;
    /* What the container mounts never reaches the host through its copy of the host's mounts; what
     * the host mounts later comes in unless the configuration says private. */
    plan_header(w)->host_propagation =
        s->linux_.rootfs_propagation == MS_PRIVATE ? MS_PRIVATE : MS_SLAVE;
    return 0;
}

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
