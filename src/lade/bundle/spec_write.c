// SPDX-License-Identifier: Apache-2.0
/* spec_write.c - config.json. */
#include "lade/bundle/spec.h"

#include "base/json_write.h"
#include "lade/bundle/capability.h"
#include "lade/bundle/seccomp_profile.h"

static void put_texts(struct json_writer *w, const char *key, const struct texts *t)
{
    if (t->count == 0)
        return;
    json_begin(w, key, '[');
    for (size_t i = 0; i < t->count; i++)
        json_put_string(w, NULL, t->items[i]);
    json_end(w);
}

static void put_user(struct json_writer *w, const struct spec *s)
{
    json_begin(w, "user", '{');
    json_put_uint(w, "uid", s->user.uid);
    json_put_uint(w, "gid", s->user.gid);
    json_put_uint(w, "umask", 022);
    if (s->group_count) {
        json_begin(w, "additionalGids", '[');
        for (size_t i = 0; i < s->group_count; i++)
            json_put_uint(w, NULL, s->groups[i]);
        json_end(w);
    }
    json_end(w);
}

static void put_capability_set(struct json_writer *w, const char *key, uint64_t caps)
{
    const char *name;

    json_begin(w, key, '[');
    for (unsigned i = 0; (name = capability_name(i)); i++)
        if (caps >> i & 1)
            json_put_string(w, NULL, name);
    json_end(w);
}

/* For a user other than root only the bound counts: it has none, and nothing gives it any while
 * privileges can't be gained. Inheritable and ambient stay empty (CVE-2022-24769). */
static void put_capabilities(struct json_writer *w, const struct spec *s)
{
    uint64_t own = s->user.uid == 0 ? s->caps : 0;

    json_begin(w, "capabilities", '{');
    put_capability_set(w, "bounding", s->caps);
    put_capability_set(w, "effective", own);
    put_capability_set(w, "permitted", own);
    json_end(w);
}

static void put_rlimits(struct json_writer *w, const struct spec *s)
{
    json_begin(w, "rlimits", '[');
    for (size_t i = 0; i < s->rlimit_count; i++) {
        json_begin(w, NULL, '{');
        json_put_string(w, "type", s->rlimits[i].type);
        json_put_uint(w, "soft", s->rlimits[i].soft);
        json_put_uint(w, "hard", s->rlimits[i].hard);
        json_end(w);
    }
    json_end(w);
}

static void put_process(struct json_writer *w, const struct spec *s)
{
    json_begin(w, "process", '{');
    json_put_bool(w, "terminal", s->terminal);
    put_user(w, s);
    put_texts(w, "args", &s->args);
    put_texts(w, "env", &s->env);
    json_put_string(w, "cwd", s->cwd);
    put_capabilities(w, s);
    put_rlimits(w, s);
    json_put_bool(w, "noNewPrivileges", s->no_new_privileges);
    json_put_string(w, "apparmorProfile", s->apparmor_profile);
    json_put_string(w, "selinuxLabel", s->selinux_label);
    json_end(w);
}

static void put_mounts(struct json_writer *w, const struct spec *s)
{
    json_begin(w, "mounts", '[');
    for (size_t i = 0; i < s->mount_count; i++) {
        const struct spec_mount *m = &s->mounts[i];

        json_begin(w, NULL, '{');
        json_put_string(w, "destination", m->destination);
        json_put_string(w, "type", m->type);
        json_put_string(w, "source", m->source);
        put_texts(w, "options", &m->options);
        json_end(w);
    }
    json_end(w);
}

static void put_annotations(struct json_writer *w, const struct spec *s)
{
    if (s->annotation_count == 0)
        return;
    json_begin(w, "annotations", '{');
    for (size_t i = 0; i < s->annotation_count; i++)
        json_put_string(w, s->annotations[i].name, s->annotations[i].value);
    json_end(w);
}

static void put_namespaces(struct json_writer *w, const struct spec *s)
{
    static const struct {
        unsigned bit;
        const char *type;
    } rows[] = {
        { SPEC_NS_PID, "pid" }, { SPEC_NS_NETWORK, "network" }, { SPEC_NS_IPC, "ipc" },
        { SPEC_NS_UTS, "uts" }, { SPEC_NS_CGROUP, "cgroup" },
    };

    json_begin(w, "namespaces", '[');
    json_begin(w, NULL, '{');
    json_put_string(w, "type", "mount");
    json_end(w);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!(s->namespaces & rows[i].bit))
            continue;
        json_begin(w, NULL, '{');
        json_put_string(w, "type", rows[i].type);
        if (rows[i].bit == SPEC_NS_NETWORK)
            json_put_string(w, "path", s->network_path);
        json_end(w);
    }
    if (s->own_ids) {
        json_begin(w, NULL, '{');
        json_put_string(w, "type", "user");
        json_end(w);
    }
    json_end(w);
}

static void put_map(struct json_writer *w, const char *key, const struct id_range *ranges, size_t n)
{
    json_begin(w, key, '[');
    for (size_t i = 0; i < n; i++) {
        json_begin(w, NULL, '{');
        json_put_uint(w, "containerID", ranges[i].inside);
        json_put_uint(w, "hostID", ranges[i].outside);
        json_put_uint(w, "size", ranges[i].count);
        json_end(w);
    }
    json_end(w);
}

static void put_devices(struct json_writer *w, const struct spec *s)
{
    if (s->device_count == 0)
        return;
    json_begin(w, "devices", '[');
    for (size_t i = 0; i < s->device_count; i++) {
        const struct spec_device *d = &s->devices[i];

        json_begin(w, NULL, '{');
        json_put_string(w, "path", d->path);
        json_put_text(w, "type", &d->type, 1);
        if (d->type != 'p') {
            json_put_int(w, "major", d->major);
            json_put_int(w, "minor", d->minor);
        }
        json_put_uint(w, "fileMode", d->mode);
        json_put_uint(w, "uid", d->uid);
        json_put_uint(w, "gid", d->gid);
        json_end(w);
    }
    json_end(w);
}

/* Everything is denied first; the runtime itself lets the usual devices pass. */
static void put_device_rules(struct json_writer *w, const struct spec *s)
{
    json_begin(w, "devices", '[');
    json_begin(w, NULL, '{');
    json_put_bool(w, "allow", false);
    json_put_string(w, "access", "rwm");
    json_end(w);
    for (size_t i = 0; i < s->device_count; i++) {
        const struct spec_device *d = &s->devices[i];

        if (d->type == 'p')
            continue;
        json_begin(w, NULL, '{');
        json_put_bool(w, "allow", true);
        json_put_text(w, "type", &d->type, 1);
        json_put_int(w, "major", d->major);
        json_put_int(w, "minor", d->minor);
        json_put_string(w, "access", d->access);
        json_end(w);
    }
    json_end(w);
}

static void put_if(struct json_writer *w, const char *key, int64_t value)
{
    if (value)
        json_put_int(w, key, value);
}

static void put_resources(struct json_writer *w, const struct spec *s)
{
    const struct spec_limits *l = &s->limits;

    json_begin(w, "resources", '{');
    if (!s->no_cgroup)
        put_device_rules(w, s);
    if (l->memory || l->memory_swap) {
        json_begin(w, "memory", '{');
        put_if(w, "limit", l->memory);
        put_if(w, "swap", l->memory_swap);
        json_end(w);
    }
    if (l->cpu_quota || l->cpuset_cpus) {
        json_begin(w, "cpu", '{');
        put_if(w, "quota", l->cpu_quota);
        put_if(w, "period", l->cpu_period);
        json_put_string(w, "cpus", l->cpuset_cpus);
        json_end(w);
    }
    if (l->pids) {
        json_begin(w, "pids", '{');
        json_put_int(w, "limit", l->pids);
        json_end(w);
    }
    json_end(w);
}

static void put_linux(struct json_writer *w, const struct spec *s)
{
    json_begin(w, "linux", '{');
    put_namespaces(w, s);
    if (s->own_ids) {
        put_map(w, "uidMappings", s->own_ids->uids, s->own_ids->uid_count);
        put_map(w, "gidMappings", s->own_ids->gids, s->own_ids->gid_count);
    }
    put_resources(w, s);
    put_devices(w, s);
    put_texts(w, "maskedPaths", &s->masked);
    put_texts(w, "readonlyPaths", &s->read_only_paths);
    if (s->seccomp == SECCOMP_PROFILE)
        seccomp_profile_write(w, "seccomp", s->caps);
    if (s->seccomp == SECCOMP_CUSTOM)
        json_put_raw(w, "seccomp", s->seccomp_text);
    json_end(w);
}

static void put_hook(struct json_writer *w, const struct spec_hook *h)
{
    json_begin(w, NULL, '{');
    json_put_string(w, "path", h->path);
    put_texts(w, "args", &h->args);
    put_texts(w, "env", &h->env);
    put_if(w, "timeout", h->timeout);
    json_end(w);
}

static void put_hooks(struct json_writer *w, const struct spec *s)
{
    if (s->hook_count == 0)
        return;
    json_begin(w, "hooks", '{');
    for (int stage = 0; stage < STAGE_COUNT; stage++) {
        bool open = false;

        for (size_t i = 0; i < s->hook_count; i++) {
            if (s->hooks[i].stage != (enum spec_stage)stage)
                continue;
            if (!open)
                json_begin(w, spec_stage_name(s->hooks[i].stage), '[');
            open = true;
            put_hook(w, &s->hooks[i]);
        }
        if (open)
            json_end(w);
    }
    json_end(w);
}

void spec_write(const struct spec *s, struct buf *b)
{
    struct json_writer w = { .to = b };

    json_begin(&w, NULL, '{');
    /* All that is used here is in it, and older runtimes refuse what is newer. */
    json_put_string(&w, "ociVersion", "1.0.2");
    put_process(&w, s);
    json_begin(&w, "root", '{');
    json_put_string(&w, "path", s->root);
    json_put_bool(&w, "readonly", s->read_only);
    json_end(&w);
    json_put_string(&w, "hostname", s->hostname);
    put_mounts(&w, s);
    put_hooks(&w, s);
    put_annotations(&w, s);
    put_linux(&w, s);
    json_end(&w);
}
