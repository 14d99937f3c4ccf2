// SPDX-License-Identifier: Apache-2.0
/*
 * dump_json.c - a plan for programs and golden tests: every field, in the order of struct plan.
 *
 * Nothing here depends on the machine. The seccomp program is reduced to its flags, because another
 * version of libseccomp writes other instructions for the same meaning.
 */
#include "plan/dump_json.h"

#include "base/cleanup.h"

#include <stdio.h>
#include <string.h>

void dump_put_names(struct json_writer *w, const char *key, const struct dump_names *names)
{
    json_write_open_flat(w, key, '[');
    for (size_t i = 0; i < names->count; i++)
        json_write_text(w, NULL, names->items[i]);
    json_write_close(w, ']');
}

void dump_put_string(struct json_writer *w, const struct plan *p, const char *key, plan_str s)
{
    json_write_text(w, key, plan_text(p, s));
}

void dump_put_given(struct json_writer *w, const struct plan *p, const char *key, plan_str s)
{
    if (s)
        dump_put_string(w, p, key, s);
}

void dump_put_strings(struct json_writer *w, const struct plan *p, const char *key,
                      struct plan_list list)
{
    const plan_str *items = plan_items(p, list);

    json_write_open(w, key, '[');
    for (uint32_t i = 0; i < list.count; i++)
        dump_put_string(w, p, NULL, items[i]);
    json_write_close(w, ']');
}

void dump_put_mode(struct json_writer *w, const char *key, uint32_t mode)
{
    char text[16];

    snprintf(text, sizeof text, "%04o", mode);
    json_write_text(w, key, text);
}

void dump_put_lines(struct json_writer *w, const struct plan *p, const char *key, plan_str s)
{
    const char *text = s ? plan_text(p, s) : "";

    json_write_open(w, key, '[');
    while (*text) {
        char line[128];
        size_t n = strcspn(text, "\n");

        snprintf(line, sizeof line, "%.*s", (int)n, text);
        json_write_text(w, NULL, line);
        text += n + (text[n] == '\n');
    }
    json_write_close(w, ']');
}

static void put_flags(struct json_writer *w, const struct plan *p)
{
    struct dump_names names;

    dump_flags(p->flags, &names);
    json_write_open(w, "flags", '[');
    for (size_t i = 0; i < names.count; i++)
        json_write_text(w, NULL, names.items[i]);
    json_write_close(w, ']');
}

/* A plan for create names the files to join, one for exec joins by a pidfd. */
static void put_net_devices(struct json_writer *w, const struct plan *p)
{
    const struct plan_net_device *d = plan_items(p, p->net_devices);

    if (!p->net_devices.count)
        return;
    json_write_open(w, "netDevices", '[');
    for (uint32_t i = 0; i < p->net_devices.count; i++) {
        json_write_open_flat(w, NULL, '{');
        dump_put_string(w, p, "where", d[i].where);
        dump_put_string(w, p, "host", d[i].host);
        dump_put_string(w, p, "name", d[i].name);
        json_write_close(w, '}');
    }
    json_write_close(w, ']');
}

static void put_namespaces(struct json_writer *w, const struct plan *p)
{
    const struct plan_join *joins = plan_items(p, p->joins);
    struct dump_names names;

    json_write_open(w, "namespaces", '{');
    dump_namespaces(dump_new_namespaces(p), &names);
    dump_put_names(w, "new", &names);
    dump_namespaces(p->join_flags, &names);
    dump_put_names(w, "joined", &names);
    json_write_open(w, "join", '[');
    for (uint32_t i = 0; i < p->joins.count; i++) {
        dump_namespaces(joins[i].flag, &names);
        json_write_open_flat(w, NULL, '{');
        dump_put_string(w, p, "where", joins[i].where);
        json_write_text(w, "type", names.count ? names.items[0] : NULL);
        dump_put_string(w, p, "path", joins[i].path);
        json_write_close(w, '}');
    }
    json_write_close(w, ']');
    dump_put_lines(w, p, "timeOffsets", p->time_offsets);
    dump_put_lines(w, p, "uidMap", p->uid_map);
    dump_put_lines(w, p, "gidMap", p->gid_map);
    dump_put_string(w, p, "hostname", p->hostname);
    dump_put_string(w, p, "domainname", p->domainname);
    put_net_devices(w, p);
    json_write_close(w, '}');
}

static void put_hook_list(struct json_writer *w, const struct plan *p, const char *key,
                          struct plan_list list)
{
    const struct plan_hook *h = plan_items(p, list);

    json_write_open(w, key, '[');
    for (uint32_t i = 0; i < list.count; i++) {
        json_write_open_flat(w, NULL, '{');
        dump_put_string(w, p, "where", h[i].where);
        dump_put_string(w, p, "path", h[i].path);
        dump_put_strings(w, p, "args", h[i].args);
        dump_put_strings(w, p, "env", h[i].env);
        if (h[i].timeout)
            json_write_number(w, "timeout", h[i].timeout);
        json_write_close(w, '}');
    }
    json_write_close(w, ']');
}

static void put_hooks(struct json_writer *w, const struct plan *p)
{
    json_write_open(w, "hooks", '{');
    put_hook_list(w, p, "createContainer", p->create_container);
    dump_put_given(w, p, "directory", p->hook_dir);
    dump_put_string(w, p, "stateHead", p->state_head);
    dump_put_string(w, p, "stateTail", p->state_tail);
    put_hook_list(w, p, "startContainer", p->start_container);
    dump_put_string(w, p, "startHead", p->start_head);
    dump_put_string(w, p, "startTail", p->start_tail);
    json_write_close(w, '}');
}

static void put_hierarchies(struct json_writer *w, const struct plan *p)
{
    const struct plan_hierarchy *h = plan_items(p, p->hierarchies);

    json_write_open(w, "hierarchies", '[');
    for (uint32_t i = 0; i < p->hierarchies.count; i++) {
        json_write_open_flat(w, NULL, '{');
        dump_put_string(w, p, "name", h[i].name);
        json_write_number(w, "version", h[i].v2 ? 2 : 1);
        dump_put_given(w, p, "options", h[i].options);
        dump_put_string(w, p, "dir", h[i].dir);
        json_write_close(w, '}');
    }
    json_write_close(w, ']');
}

static void put_cgroup(struct json_writer *w, const struct plan *p)
{
    const struct plan_cgroup_write *items = plan_items(p, p->cgroup_writes);
    const struct plan_hierarchy *h = plan_items(p, p->hierarchies);

    if (!p->cgroup_path) {
        json_write_null(w, "cgroup");
        return;
    }
    json_write_open(w, "cgroup", '{');
    dump_put_string(w, p, "path", p->cgroup_path);
    put_hierarchies(w, p);
    json_write_open(w, "writes", '[');
    for (uint32_t i = 0; i < p->cgroup_writes.count; i++) {
        json_write_open_flat(w, NULL, '{');
        dump_put_string(w, p, "hierarchy", h[items[i].hierarchy].name);
        dump_put_given(w, p, "controller", items[i].controller);
        dump_put_string(w, p, "file", items[i].file);
        dump_put_string(w, p, "value", items[i].value);
        dump_put_given(w, p, "otherFile", items[i].other_file);
        dump_put_given(w, p, "otherValue", items[i].other_value);
        dump_put_string(w, p, "where", items[i].where);
        json_write_close(w, '}');
    }
    json_write_close(w, ']');
    json_write_number(w, "deviceProgram", p->device_program.count);
    if (p->flags & PLAN_CGROUP_DELEGATED)
        json_write_number(w, "owner", p->cgroup_owner);
    json_write_close(w, '}');
}

static void put_resctrl(struct json_writer *w, const struct plan *p)
{
    const struct plan_resctrl_line *l = plan_items(p, p->resctrl_lines);

    if (!p->resctrl_group)
        return;
    json_write_open(w, "resctrl", '{');
    dump_put_string(w, p, "group", p->resctrl_group);
    json_write_open(w, "lines", '[');
    for (uint32_t i = 0; i < p->resctrl_lines.count; i++) {
        json_write_open_flat(w, NULL, '{');
        dump_put_string(w, p, "where", l[i].where);
        dump_put_string(w, p, "text", l[i].text);
        json_write_close(w, '}');
    }
    json_write_close(w, ']');
    json_write_close(w, '}');
}

static void put_rows(struct json_writer *w, const struct plan *p)
{
    unsigned count;
    const struct row_info *rows = plan_rows(p->kind, &count);

    json_write_open(w, "rows", '[');
    for (unsigned i = 0; i < count; i++) {
        const struct dump_list *l = dump_row_list(p, i);

        json_write_open_flat(w, NULL, '{');
        json_write_text(w, "name", rows[i].name);
        json_write_text(w, "actor", dump_actor(rows[i].actor));
        json_write_bool(w, "runs", rows[i].when(p));
        if (l)
            json_write_number(w, "items", dump_row_items(p, l));
        json_write_close(w, '}');
    }
    json_write_close(w, ']');
}

void plan_dump_json(const struct plan *p, struct buf *ret)
{
    struct json_writer w = { .out = ret };

    json_write_open(&w, NULL, '{');
    json_write_number(&w, "version", p->version);
    json_write_text(&w, "kind", p->kind == PLAN_EXEC ? "exec" : "create");
    dump_put_string(&w, p, "id", p->id);
    dump_put_string(&w, p, "bundle", p->bundle);
    dump_put_string(&w, p, "rootfs", p->rootfs);
    put_flags(&w, p);
    put_namespaces(&w, p);
    dump_put_mounts(&w, p);
    dump_put_devices(&w, p);
    dump_put_paths(&w, p, "masked", p->masked);
    dump_put_paths(&w, p, "readonly", p->readonly);
    dump_put_sysctls(&w, p);
    put_hooks(&w, p);
    dump_put_process(&w, p);
    dump_put_seccomp(&w, p);
    dump_put_string(&w, p, "keyring", p->keyring);
    put_resctrl(&w, p);
    put_cgroup(&w, p);
    put_rows(&w, p);
    json_write_close(&w, '}');
    buf_puts(ret, "\n");
}
