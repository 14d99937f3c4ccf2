// SPDX-License-Identifier: Apache-2.0
/* dump_json_files.c - mounts, devices, protected paths and sysctls of a plan as JSON. */
#include "plan/dump_json.h"

static void put_idmap(struct json_writer *w, const struct plan *p, const struct plan_mount *m)
{
    if (m->uid_map)
        dump_put_lines(w, p, "uidMap", m->uid_map);
    if (m->gid_map)
        dump_put_lines(w, p, "gidMap", m->gid_map);
    dump_put_given(w, p, "idmapPath", m->idmap_path);
}

void dump_put_mounts(struct json_writer *w, const struct plan *p)
{
    const struct plan_mount *m = plan_items(p, p->mounts);
    struct dump_names names;

    dump_propagation(p->rootfs_propagation, &names);
    dump_put_names(w, "rootfsPropagation", &names);
    dump_propagation(p->host_propagation, &names);
    dump_put_names(w, "hostPropagation", &names);
    dump_put_given(w, p, "mountLabel", p->mount_label);
    dump_put_given(w, p, "mountContext", p->mount_context);
    json_write_open(w, "mounts", '[');
    for (uint32_t i = 0; i < p->mounts.count; i++, m++) {
        json_write_open_flat(w, NULL, '{');
        dump_put_string(w, p, "where", m->where);
        json_write_text(w, "kind", dump_mount_kind(m->kind));
        dump_put_given(w, p, "type", m->type);
        dump_put_given(w, p, "source", m->source);
        dump_put_given(w, p, "inside", m->inside);
        dump_put_string(w, p, "destination", m->destination);
        if (m->recursive)
            json_write_bool(w, "recursive", true);
        dump_mount_options(m, &names);
        dump_put_names(w, "options", &names);
        dump_put_given(w, p, "data", m->data);
        put_idmap(w, p, m);
        if (m->readonly_late)
            json_write_bool(w, "readonlyLate", true);
        if (m->label)
            json_write_text(w, "label", dump_mount_label(m->label));
        json_write_close(w, '}');
    }
    json_write_close(w, ']');
}

void dump_put_devices(struct json_writer *w, const struct plan *p)
{
    const struct plan_device *d = plan_items(p, p->devices);
    const struct plan_link *l = plan_items(p, p->links);

    json_write_open(w, "devices", '[');
    for (uint32_t i = 0; i < p->devices.count; i++, d++) {
        json_write_open_flat(w, NULL, '{');
        dump_put_string(w, p, "where", d->where);
        dump_put_string(w, p, "path", d->path);
        json_write_text(w, "type", (char[]){ dump_device_type(d->type), '\0' });
        json_write_number(w, "major", d->major);
        json_write_number(w, "minor", d->minor);
        dump_put_mode(w, "mode", d->mode);
        json_write_number(w, "uid", d->uid);
        json_write_number(w, "gid", d->gid);
        if (d->by_outer) {
            json_write_number(w, "hostUid", d->host_uid);
            json_write_number(w, "hostGid", d->host_gid);
        }
        json_write_close(w, '}');
    }
    json_write_close(w, ']');
    json_write_open(w, "links", '[');
    for (uint32_t i = 0; i < p->links.count; i++, l++) {
        json_write_open_flat(w, NULL, '{');
        dump_put_string(w, p, "path", l->path);
        dump_put_string(w, p, "target", l->target);
        json_write_close(w, '}');
    }
    json_write_close(w, ']');
}

void dump_put_paths(struct json_writer *w, const struct plan *p, const char *key,
                    struct plan_list list)
{
    const struct plan_path *items = plan_items(p, list);

    json_write_open(w, key, '[');
    for (uint32_t i = 0; i < list.count; i++) {
        json_write_open_flat(w, NULL, '{');
        dump_put_string(w, p, "where", items[i].where);
        dump_put_string(w, p, "path", items[i].path);
        json_write_close(w, '}');
    }
    json_write_close(w, ']');
}

void dump_put_sysctls(struct json_writer *w, const struct plan *p)
{
    const struct plan_sysctl *s = plan_items(p, p->sysctls);

    json_write_open(w, "sysctls", '[');
    for (uint32_t i = 0; i < p->sysctls.count; i++) {
        json_write_open_flat(w, NULL, '{');
        dump_put_string(w, p, "key", s[i].key);
        dump_put_string(w, p, "path", s[i].path);
        dump_put_string(w, p, "value", s[i].value);
        json_write_close(w, '}');
    }
    json_write_close(w, ']');
}
