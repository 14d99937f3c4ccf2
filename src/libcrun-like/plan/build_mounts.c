// SPDX-License-Identifier: Apache-2.0
/* build_mounts.c - mounts and protected paths of the plan. */
#include "plan/writer.h"

#include "base/cleanup.h"
#include "mount/idmap.h"
#include "mount/options.h"

#include <errno.h>
#include <linux/mount.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>

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
static const char *source_of(struct plan_writer *w, const struct plan_input *in,
                             const struct spec_mount *m, enum plan_mount_kind kind)
{
    if (kind != PLAN_MOUNT_BIND || !m->source || m->source[0] == '/')
        return m->source;
    return arena_printf(&w->arena, "%s/%s", in->bundle, m->source);
}

/* The path in the container's tree of a source that lies in it; the root's own is "/". */
static const char *inside_of(const struct plan_input *in, const char *source)
{
    size_t length = strlen(in->rootfs);
    const char *rest;

    if (!source || strncmp(source, in->rootfs, length) != 0)
        return NULL;
    rest = source + length;
    if (*rest && *rest != '/')
        return NULL;
    /* ".." would lead out of it. */
    for (const char *p = strstr(rest, "/.."); p; p = strstr(p + 1, "/.."))
        if (p[3] == '/' || p[3] == '\0')
            return NULL;
    return *rest ? rest : "/";
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

/* What mount(2) means by MS_REMOUNT | MS_BIND: who names one flag of a mount names them all. Access
 * times count as one flag, which stays as it is unless a part of it is named. */
static void drop_unnamed(struct plan_mount *m)
{
    const uint64_t flags = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
                           MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NOSYMFOLLOW;

    if (m->kind != PLAN_MOUNT_BIND || !(m->set | m->clear))
        return;
    m->drop = flags & ~(m->set | m->clear);
    if ((m->clear & MOUNT_ATTR__ATIME) && !(m->set & MOUNT_ATTR_NODIRATIME))
        m->clear |= MOUNT_ATTR_NODIRATIME;
    else if (m->set & MOUNT_ATTR_NODIRATIME)
        m->clear |= MOUNT_ATTR__ATIME; /* the mode is the kernel's default, unless one is set */
}

static int put_mount(struct plan_writer *w, const struct plan_input *in, size_t i,
                     struct plan_mount *ret, struct err *e)
{
    const struct spec_mount *m = &in->spec->mounts[i];
    const char *where = arena_printf(&w->arena, "mounts[%zu]", i);
    const char *destination = plan_clean_path(&w->arena, m->destination);
    const char *type = m->type ? m->type : "", *source;
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
    source = source_of(w, in, m, kind);
    if (m->source && !source)
        return err_os(e, ENOMEM, "%s.source", where);
    *ret = (struct plan_mount){
        .where = plan_add_text(w, where),
        .kind = kind,
        .type = plan_add_text(w, m->type),
        .source = plan_add_text(w, source),
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
    drop_unnamed(ret);
    ret->label = label_of(in, ret, type, o.data);
    ret->readonly_late = is_readonly_late(ret, type);
    TRY(put_copy_up(i, type, destination, &o, ret, e));
    TRY(put_idmap(w, in, i, &o, ret, e));
    /* Mapping ids needs the host's rights, so outer. */
    if (kind == PLAN_MOUNT_BIND && !ret->idmap)
        ret->inside = plan_add_text(w, inside_of(in, source));
    return 0;
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

/* Behind all others, which may be a tmpfs on /run. */
static struct plan_mount notify_mount(struct plan_writer *w, const struct plan_input *in)
{
    return (struct plan_mount){ .where = plan_add_text(w, "NOTIFY_SOCKET"),
                                .kind = PLAN_MOUNT_BIND,
                                .source = plan_add_text(w, in->notify_dir),
                                .destination = plan_add_text(w, PLAN_NOTIFY_DIR),
                                .set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
                                       MOUNT_ATTR_NOEXEC,
                                .own = true };
}

int plan_put_mounts(struct plan_writer *w, const struct plan_input *in, struct err *e)
{
    const struct spec *s = in->spec;
    struct plan_mount *items = arena_new(&w->arena, s->mount_count + 1, struct plan_mount);
    struct plan_list list;
    size_t count = s->mount_count;

    if (!items)
        return err_os(e, ENOMEM, "mounts");
    TRY(put_label(w, s, e));
    for (size_t i = 0; i < s->mount_count; i++) {
        TRY(put_mount(w, in, i, &items[i], e));
        heed_remount(s, items, i);
    }
    if (plan_header(w)->flags & PLAN_NOTIFY)
        items[count++] = notify_mount(w, in);
    list = plan_add_items(w, items, count, sizeof *items);
    plan_header(w)->mounts = list;
    plan_put_paths(w, &s->linux_);
    plan_header(w)->rootfs_propagation = s->linux_.rootfs_propagation;
    /* What the container mounts never reaches the host through its copy of the host's mounts; what
     * the host mounts later comes in unless the configuration says private. */
    plan_header(w)->host_propagation =
        s->linux_.rootfs_propagation == MS_PRIVATE ? MS_PRIVATE : MS_SLAVE;
    return 0;
}
