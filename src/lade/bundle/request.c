// SPDX-License-Identifier: Apache-2.0
/* request.c - what a user asks of a bundle, put into the spec. */
#include "lade/bundle/request.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json_fields.h"
#include "lade/bundle/amount.h"
#include "lade/bundle/capability.h"
#include "lade/bundle/device_option.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

enum { SECCOMP_MAX = 1 << 20 };

typedef int apply_item(struct spec *s, const char *text, struct err *e);

static int each(const struct option_list *list, apply_item *apply, struct spec *s, struct err *e)
{
    for (size_t i = 0; i < list->n; i++)
        TRY(apply(s, list->items[i], e));
    return 0;
}

/* NAME alone passes on lade's own; when it has none there is nothing to pass on. */
static int apply_env(struct spec *s, const char *text, struct err *e)
{
    const char *value;

    if (!*text || *text == '=')
        return err_set(e, ERR_INVALID, "--env '%s' has no name", text);
    if (strchr(text, '='))
        return spec_set_env(s, text, e);
    value = getenv(text);
    if (!value)
        return 0;
    text = arena_printf(s->arena, "%s=%s", text, value);
    return text ? spec_set_env(s, text, e) : err_os(e, ENOMEM, "--env");
}

static int apply_label(struct spec *s, const char *text, struct err *e)
{
    const char *equals = strchr(text, '=');

    if (equals == text)
        return err_set(e, ERR_INVALID, "--label '%s' has no key", text);
    if (!equals)
        return spec_set_annotation(s, text, "", e);
    return spec_set_annotation(s, arena_memdup(s->arena, text, (size_t)(equals - text)), equals + 1,
                               e);
}

/* Dropping first, so that "--cap-drop ALL --cap-add X" leaves X in either order. */
static int apply_caps(const struct bundle_request *r, struct spec *s, struct err *e)
{
    uint64_t caps;

    for (size_t i = 0; i < r->cap_drop.n; i++) {
        if (capability_parse(r->cap_drop.items[i], &caps, e) < 0)
            return err_wrap(e, "--cap-drop");
        s->caps &= ~caps;
    }
    for (size_t i = 0; i < r->cap_add.n; i++) {
        if (capability_parse(r->cap_add.items[i], &caps, e) < 0)
            return err_wrap(e, "--cap-add");
        s->caps |= caps;
    }
    return 0;
}

static bool is_number(const char *text)
{
    return *text && text[strspn(text, "0123456789")] == '\0';
}

/* "nofile=1024:2048", "core=unlimited". */
static int apply_ulimit(struct spec *s, const char *text, struct err *e)
{
    static const char *const names[] = { "as",     "core",   "cpu",        "data",
                                         "fsize",  "locks",  "memlock",    "msgqueue",
                                         "nice",   "nofile", "nproc",      "rss",
                                         "rtprio", "rttime", "sigpending", "stack" };
    char *rest = arena_strdup(s->arena, text), *name = rest ? strsep(&rest, "=") : NULL;
    char *soft = strsep(&rest, ":"), *hard = rest ? rest : soft;
    struct spec_rlimit limit = { 0 };

    if (!name)
        return err_os(e, ENOMEM, "--ulimit");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], name) == 0)
            limit.type = arena_printf(s->arena, "RLIMIT_%s", name);
    if (!limit.type || !soft || (!is_number(soft) && strcmp(soft, "unlimited") != 0) ||
        (!is_number(hard) && strcmp(hard, "unlimited") != 0))
        return err_set(e, ERR_INVALID, "--ulimit '%s' is not NAME=SOFT[:HARD]", text);
    for (char *c = (char *)(uintptr_t)limit.type + 7; *c; c++)
        *c = (char)(*c - 'a' + 'A');
    limit.soft = is_number(soft) ? strtoull(soft, NULL, 10) : UINT64_MAX;
    limit.hard = is_number(hard) ? strtoull(hard, NULL, 10) : UINT64_MAX;
    if (limit.soft > limit.hard)
        return err_set(e, ERR_INVALID, "--ulimit '%s': the soft limit is above the hard one", text);
    return spec_add_rlimit(s, &limit, e);
}

static int apply_limits(const struct bundle_request *r, struct spec *s, struct err *e)
{
    struct spec_limits *l = &s->limits;

    if (r->memory)
        TRY(amount_bytes("--memory", r->memory, &l->memory, e));
    if (r->memory_swap && strcmp(r->memory_swap, "-1") == 0)
        l->memory_swap = -1;
    else if (r->memory_swap)
        TRY(amount_bytes("--memory-swap", r->memory_swap, &l->memory_swap, e));
    if (l->memory_swap > 0 && l->memory_swap < l->memory)
        return err_set(e, ERR_INVALID, "--memory-swap '%s' is below --memory: it counts both",
                       r->memory_swap);
    if (r->cpus) {
        TRY(amount_cpus("--cpus", r->cpus, &l->cpu_quota, e));
        l->cpu_period = AMOUNT_CPU_PERIOD;
    }
    if (r->pids_limit)
        TRY(amount_number("--pids-limit", r->pids_limit, -1, INT32_MAX, &l->pids, e));
    l->cpuset_cpus = r->cpuset_cpus;
    return 0;
}

static int apply_shm_size(const struct bundle_request *r, struct spec *s, struct err *e)
{
    struct spec_mount *shm = spec_mount_at(s, "/dev/shm");
    int64_t size;

    if (!r->shm_size)
        return 0;
    TRY(amount_bytes("--shm-size", r->shm_size, &size, e));
    for (size_t i = 0; shm && i < shm->options.count; i++)
        if (strncmp(shm->options.items[i], "size=", 5) == 0)
            shm->options.items[i] = arena_printf(s->arena, "size=%lld", (long long)size);
    return 0;
}

/* A profile of the runtime's form (config-linux.md "Seccomp"), passed on as it is. */
static int read_seccomp(struct spec *s, const char *path, struct err *e)
{
    auto_free char *text = NULL;
    cleanup(json_putp) struct json_object *parsed = NULL;
    size_t len;

    if (strcmp(path, "unconfined") == 0) {
        s->seccomp = SECCOMP_OFF;
        return 0;
    }
    if (file_read(AT_FDCWD, path, SECCOMP_MAX, &text, &len, e) < 0 ||
        json_parse(text, len, &parsed, e) < 0)
        return err_wrap(e, "--security-opt seccomp");
    s->seccomp = SECCOMP_CUSTOM;
    s->seccomp_text = arena_memdup(s->arena, text, len);
    return s->seccomp_text ? 0 : err_os(e, ENOMEM, "--security-opt seccomp");
}

static void drop_text(struct texts *t, const char *text)
{
    size_t n = 0;

    for (size_t i = 0; i < t->count; i++)
        if (strcmp(t->items[i], text) != 0)
            t->items[n++] = t->items[i];
    t->count = n;
}

static int unmask(struct spec *s, const char *path, struct err *e)
{
    if (strcmp(path, "ALL") == 0) {
        s->masked.count = s->read_only_paths.count = 0;
        return 0;
    }
    drop_text(&s->masked, path);
    drop_text(&s->read_only_paths, path);
    return 0;
}

static bool is_word(const char *text, size_t len, const char *word)
{
    return strlen(word) == len && memcmp(text, word, len) == 0;
}

static int apply_security(struct spec *s, const char *text, struct err *e)
{
    const char *value = strchr(text, '=');
    size_t len = value ? (size_t)(value - text) : strlen(text);

    value = value ? value + 1 : "";
    if (is_word(text, len, "seccomp") && *value)
        return read_seccomp(s, value, e);
    if (is_word(text, len, "mask") && *value == '/')
        return texts_add(s->arena, &s->masked, value, e);
    if (is_word(text, len, "unmask") && *value)
        return unmask(s, value, e);
    if (is_word(text, len, "no-new-privileges") && (!*value || strcmp(value, "true") == 0))
        s->no_new_privileges = true;
    else if (is_word(text, len, "no-new-privileges") && strcmp(value, "false") == 0)
        s->no_new_privileges = false;
    else if (is_word(text, len, "apparmor") && *value)
        s->apparmor_profile = value;
    else if (is_word(text, len, "label") && *value)
        s->selinux_label = value;
    else
        return err_set(e, ERR_INVALID, "unknown --security-opt '%s'", text);
    return 0;
}

int request_apply(const struct bundle_request *r, struct spec *s, struct err *e)
{
    s->terminal = r->tty;
    s->read_only = r->read_only;
    if (r->hostname)
        s->hostname = r->hostname;
    TRY(each(&r->env, apply_env, s, e));
    TRY(each(&r->labels, apply_label, s, e));
    TRY(each(&r->ulimits, apply_ulimit, s, e));
    TRY(each(&r->devices, device_option_apply, s, e));
    TRY(each(&r->security_opts, apply_security, s, e));
    TRY(apply_caps(r, s, e));
    TRY(apply_limits(r, s, e));
    return apply_shm_size(r, s, e);
}

int request_mounts(const struct bundle_request *r, struct arena *a, struct mount_request **ret,
                   size_t *ret_count, struct err *e)
{
    const struct {
        const struct option_list *list;
        int (*parse)(struct arena *a, const char *text, struct mount_request *ret, struct err *e);
    } kinds[] = {
        { &r->mounts, mount_option_parse },
        { &r->volumes, volume_option_parse },
        { &r->tmpfs, tmpfs_option_parse },
    };
    size_t n = 0;

    *ret = arena_new(a, r->mounts.n + r->volumes.n + r->tmpfs.n + 1, struct mount_request);
    if (!*ret)
        return err_os(e, ENOMEM, "read the mounts");
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        for (size_t i = 0; i < kinds[k].list->n; i++)
            TRY(kinds[k].parse(a, kinds[k].list->items[i], &(*ret)[n++], e));
    *ret_count = n;
    return 0;
}
