// SPDX-License-Identifier: Apache-2.0
/* cdi.c - devices by name, Container Device Interface specification 0.8. */
#include "lade/bundle/cdi.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json_fields.h"
#include "lade/bundle/yaml.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

enum { FILE_MAX = 4 << 20 };

static const char *const folders[] = { "/var/run/cdi", "/etc/cdi" }; /* the first wins */

struct cdi_strings {
    char **items;
    size_t count;
};

struct cdi_node {
    char *path, *host_path, *type, *permissions;
    int64_t major, minor;
    struct {
        bool has;
        uint32_t value;
    } mode, uid, gid;
};

struct cdi_mount {
    char *host_path, *container_path, *type;
    struct cdi_strings options;
};

struct cdi_hook {
    char *name, *path;
    struct cdi_strings args, env;
    int64_t timeout;
};

struct cdi_edits {
    struct cdi_strings env;
    struct cdi_node *nodes;
    size_t node_count;
    struct cdi_mount *mounts;
    size_t mount_count;
    struct cdi_hook *hooks;
    size_t hook_count;
};

struct cdi_device {
    char *name;
    struct cdi_edits edits;
};

struct cdi_spec {
    char *kind;
    struct cdi_edits edits; /* for every device of the kind */
    struct cdi_device *devices;
    size_t device_count;
};

#define STRINGS(T, m, name) FIELD_ARRAY(T, m.items, m.count, name, json_item_string, 0)
#define COUNT(table)        (sizeof(table) / sizeof((table)[0]))

static int read_node(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_STRING(struct cdi_node, path, "path", JSON_REQUIRED | JSON_ABSOLUTE),
        FIELD_STRING(struct cdi_node, host_path, "hostPath", JSON_ABSOLUTE | JSON_EMPTY_NULL),
        FIELD_STRING(struct cdi_node, type, "type", JSON_EMPTY_NULL),
        FIELD_STRING(struct cdi_node, permissions, "permissions", JSON_EMPTY_NULL),
        FIELD_INT(struct cdi_node, major, "major", 0, UINT32_MAX, 0),
        FIELD_INT(struct cdi_node, minor, "minor", 0, UINT32_MAX, 0),
        FIELD_OPT(struct cdi_node, mode, "fileMode", 0, 07777, 0),
        FIELD_OPT(struct cdi_node, uid, "uid", 0, UINT32_MAX - 1, 0),
        FIELD_OPT(struct cdi_node, gid, "gid", 0, UINT32_MAX - 1, 0),
    };

    return json_read_fields(at, fields, COUNT(fields), ret, e);
}

static int read_mount(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_STRING(struct cdi_mount, host_path, "hostPath", JSON_REQUIRED),
        FIELD_STRING(struct cdi_mount, container_path, "containerPath",
                     JSON_REQUIRED | JSON_ABSOLUTE),
        FIELD_STRING(struct cdi_mount, type, "type", JSON_EMPTY_NULL),
        STRINGS(struct cdi_mount, options, "options"),
    };

    return json_read_fields(at, fields, COUNT(fields), ret, e);
}

static int read_hook(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_STRING(struct cdi_hook, name, "hookName", JSON_REQUIRED),
        FIELD_STRING(struct cdi_hook, path, "path", JSON_REQUIRED | JSON_ABSOLUTE),
        STRINGS(struct cdi_hook, args, "args"),
        STRINGS(struct cdi_hook, env, "env"),
        FIELD_INT(struct cdi_hook, timeout, "timeout", 1, INT32_MAX, 0),
    };

    return json_read_fields(at, fields, COUNT(fields), ret, e);
}

static int refuse_edit(const struct json_at *at, void *ret, struct err *e)
{
    return json_error_kind(at, e, ERR_UNSUPPORTED, "can't be applied by lade");
}

static int read_edits(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        STRINGS(struct cdi_edits, env, "env"),
        FIELD_ARRAY(struct cdi_edits, nodes, node_count, "deviceNodes", read_node, 0),
        FIELD_ARRAY(struct cdi_edits, mounts, mount_count, "mounts", read_mount, 0),
        FIELD_ARRAY(struct cdi_edits, hooks, hook_count, "hooks", read_hook, 0),
        FIELD_WHOLE("additionalGids", refuse_edit, 0),
        FIELD_WHOLE("intelRdt", refuse_edit, 0),
        FIELD_WHOLE("netDevices", refuse_edit, 0),
    };

    return json_read_fields(at, fields, COUNT(fields), ret, e);
}

static int read_device(const struct json_at *at, void *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_STRING(struct cdi_device, name, "name", JSON_REQUIRED | JSON_NOT_EMPTY),
        FIELD_OTHER(struct cdi_device, edits, "containerEdits", read_edits, JSON_REQUIRED),
    };

    return json_read_fields(at, fields, COUNT(fields), ret, e);
}

static int read_spec(const struct json_at *at, struct cdi_spec *ret, struct err *e)
{
    static const struct json_field fields[] = {
        FIELD_STRING(struct cdi_spec, kind, "kind", JSON_REQUIRED | JSON_NOT_EMPTY),
        FIELD_OTHER(struct cdi_spec, edits, "containerEdits", read_edits, 0),
        FIELD_ARRAY(struct cdi_spec, devices, device_count, "devices", read_device, JSON_REQUIRED),
    };

    return json_read_fields(at, fields, COUNT(fields), ret, e);
}

static bool has_ending(const char *file, const char *ending)
{
    const char *dot = strrchr(file, '.');

    return dot && strcmp(dot, ending) == 0;
}

/* Texts of *ret live in the arena. */
static int read_file(int dir, const char *file, struct arena *arena, struct cdi_spec *ret,
                     struct err *e)
{
    struct json_doc doc = { .name = file, .arena = arena };
    cleanup(json_putp) struct json_object *value = NULL;
    struct json_at at = { .doc = &doc };
    auto_free char *text = NULL;
    auto_buf json = { 0 };
    size_t len;
    int rc = 0;

    TRY(file_read(dir, file, FILE_MAX, &text, &len, e));
    if (has_ending(file, ".yaml"))
        rc = yaml_to_json(text, len, &json, e);
    else
        buf_add(&json, text, len);
    if (buf_failed(&json))
        rc = err_os(e, ENOMEM, "read");
    if (rc < 0 || json_parse(json.data, json.len, &value, e) < 0)
        return err_wrap(e, "%s", file);
    at.value = value;
    return read_spec(&at, ret, e);
}

/* What a node's file does not say is as on the host. */
static int add_node(struct spec *s, const struct cdi_node *n, struct err *e)
{
    const char *host = n->host_path ? n->host_path : n->path;
    struct spec_device d = { .path = n->path, .access = n->permissions ? n->permissions : "rwm" };
    struct stat st;

    if (stat(host, &st) < 0)
        return err_os(e, errno, "device '%s'", host);
    if (!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode))
        return err_set(e, ERR_INVALID, "'%s' is no device", host);
    d.type = n->type ? n->type[0] : S_ISBLK(st.st_mode) ? 'b' : 'c';
    d.major = n->major || n->minor ? n->major : (int64_t)major(st.st_rdev);
    d.minor = n->major || n->minor ? n->minor : (int64_t)minor(st.st_rdev);
    d.mode = n->mode.has ? n->mode.value : st.st_mode & 07777;
    d.uid = n->uid.has ? n->uid.value : st.st_uid;
    d.gid = n->gid.has ? n->gid.value : st.st_gid;
    return spec_add_device(s, &d, e);
}

static int copy_strings(struct spec *s, struct texts *to, const struct cdi_strings *from,
                        struct err *e)
{
    for (size_t i = 0; i < from->count; i++)
        TRY(texts_add(s->arena, to, from->items[i], e));
    return 0;
}

static int add_mount(struct spec *s, const struct cdi_mount *m, struct err *e)
{
    struct spec_mount to = { .destination = m->container_path,
                             .source = m->host_path,
                             .type = m->type ? m->type : "bind" };

    TRY(copy_strings(s, &to.options, &m->options, e));
    if (!m->type && to.options.count == 0)
        TRY(texts_add(s->arena, &to.options, "bind", e));
    return spec_add_mount(s, &to, e);
}

static int add_hook(struct spec *s, const struct cdi_hook *h, struct err *e)
{
    struct spec_hook to = { .path = h->path, .timeout = h->timeout };

    TRY(spec_hook_stage(h->name, &to.stage, e));
    TRY(copy_strings(s, &to.args, &h->args, e));
    TRY(copy_strings(s, &to.env, &h->env, e));
    return spec_add_hook(s, &to, e);
}

static int apply_edits(struct spec *s, const struct cdi_edits *x, struct err *e)
{
    for (size_t i = 0; i < x->env.count; i++)
        TRY(spec_set_env(s, x->env.items[i], e));
    for (size_t i = 0; i < x->node_count; i++)
        TRY(add_node(s, &x->nodes[i], e));
    for (size_t i = 0; i < x->mount_count; i++)
        TRY(add_mount(s, &x->mounts[i], e));
    for (size_t i = 0; i < x->hook_count; i++)
        TRY(add_hook(s, &x->hooks[i], e));
    return 0;
}

/* 1 when this is the vendor's class and has the device. */
static int apply_spec(struct spec *s, const struct cdi_spec *c, const char *name, struct err *e)
{
    size_t len = strlen(c->kind);

    if (strncmp(c->kind, name, len) != 0 || name[len] != '=')
        return 0;
    for (size_t i = 0; i < c->device_count; i++) {
        if (strcmp(c->devices[i].name, name + len + 1) != 0)
            continue;
        TRY(apply_edits(s, &c->edits, e));
        TRY(apply_edits(s, &c->devices[i].edits, e));
        return 1;
    }
    return 0;
}

struct search {
    struct spec *spec;
    const char *name;
    struct err failure; /* code 0: none; the first file that can't be read */
};

/* A file of another vendor that can't be read is no reason to do without ours; the first such error
 * is told when nothing was found. 1: found. */
static int search(struct search *x, const char *folder, struct err *e)
{
    auto_dir dir = opendir(folder);
    struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        struct cdi_spec c = { 0 };
        struct err failure;
        int rc;

        if (!has_ending(entry->d_name, ".json") && !has_ending(entry->d_name, ".yaml"))
            continue;
        if (read_file(dirfd(dir), entry->d_name, x->spec->arena, &c, &failure) < 0) {
            if (!x->failure.code)
                x->failure = failure;
            continue;
        }
        rc = apply_spec(x->spec, &c, x->name, e);
        if (rc != 0)
            return rc;
    }
    return 0;
}

bool cdi_is_name(const char *text)
{
    const char *slash = strchr(text, '/');

    return text[0] != '/' && slash && strchr(slash, '=');
}

int cdi_apply(struct spec *s, const char *name, struct err *e)
{
    struct search x = { .spec = s, .name = name };

    for (size_t i = 0; i < COUNT(folders); i++) {
        int rc = search(&x, folders[i], e);

        if (rc != 0)
            return rc < 0 ? err_wrap(e, "--device '%s'", name) : 0;
    }
    if (x.failure.code) {
        *e = x.failure;
        return err_wrap(e, "--device '%s'", name);
    }
    return err_set(e, ERR_NOT_FOUND, "--device '%s': no file in /etc/cdi or /var/run/cdi has it",
                   name);
}
