// SPDX-License-Identifier: Apache-2.0
/* api.c - davit.h on top of container/: arguments checked, option structs read by size, errors
 * copied. */
#include "davit.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/privilege.h"
#include "config/generate.h"
#include "container/check.h"
#include "container/container.h"
#include "container/features.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void context_warn(const davit_context *c, const char *fmt, ...)
{
    char line[1024];
    va_list args;

    if (!c->warn)
        return;
    va_start(args, fmt);
    vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    c->warn(c->data, line);
}

/* Our error to the caller's; rc passes through. */
static int answer(int rc, const struct err *from, struct davit_error *to)
{
    if (rc >= 0 || !to)
        return rc;
    to->code = from->code;
    to->kind = (enum davit_error_kind)from->kind;
    err_format(from, to->text, sizeof to->text);
    return rc;
}

/* A caller of another version has another size: what it does not have is zero, what we do not know
 * must be. */
static int read_options(void *to, size_t to_size, const void *from, struct err *e)
{
    size_t size;

    memset(to, 0, to_size);
    if (!from)
        return err_set(e, ERR_INVALID, "options are missing");
    memcpy(&size, from, sizeof size);
    if (size < sizeof size)
        return err_set(e, ERR_INVALID, "the options' size is not set");
    for (size_t i = to_size; i < size; i++)
        if (((const char *)from)[i])
            return err_set(e, ERR_UNSUPPORTED, "an option is newer than this library");
    memcpy(to, from, size < to_size ? size : to_size);
    return 0;
}

static char *default_root(const char *name, bool host_root)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    char *root = NULL;
    int n = runtime && *runtime && !host_root ? asprintf(&root, "%s/%s", runtime, name)
                                              : asprintf(&root, "/run/%s", name);

    return n < 0 ? NULL : root;
}

int davit_context_new(const struct davit_context_options *options, davit_context **ret,
                      struct davit_error *error)
{
    struct davit_context_options o;
    davit_context *c = calloc(1, sizeof *c);
    struct err e = { 0 };
    int rc = c ? read_options(&o, sizeof o, options, &e) : err_os(&e, ENOMEM, "context");

    if (rc == 0) {
        c->host_root = privilege_is_hosts_root();
        c->root = o.root ? strdup(o.root) : default_root(o.name ? o.name : "davit", c->host_root);
        c->cgroup_manager = o.cgroup_manager;
        c->strict = o.strict;
        c->warn = o.warn;
        c->data = o.data;
        c->notify_socket = o.notify_socket ? strdup(o.notify_socket) : NULL;
        if (!c->root || (o.notify_socket && !c->notify_socket))
            rc = err_os(&e, ENOMEM, "context");
    }
    if (rc < 0)
        davit_context_free(c);
    else
        *ret = c;
    return answer(rc, &e, error);
}

void davit_context_free(davit_context *c)
{
    if (!c)
        return;
    free(c->root);
    free(c->notify_socket);
    free(c);
}

int davit_create(davit_context *c, const char *id, const struct davit_create_options *options,
                 struct davit_error *error)
{
    struct davit_create_options o;
    struct err e = { 0 };
    int rc = read_options(&o, sizeof o, options, &e);

    return answer(rc < 0 ? rc : container_create(c, id, &o, &e), &e, error);
}

int davit_start(davit_context *c, const char *id, struct davit_error *error)
{
    struct err e = { 0 };

    return answer(container_start(c, id, &e), &e, error);
}

int davit_run(davit_context *c, const char *id, const struct davit_run_options *options,
              int *ret_status, struct davit_error *error)
{
    struct davit_run_options o;
    struct err e = { 0 };
    int rc = read_options(&o, sizeof o, options, &e);

    return answer(rc < 0 ? rc : container_run(c, id, &o, ret_status, &e), &e, error);
}

int davit_exec(davit_context *c, const char *id, const struct davit_exec_options *options,
               int *ret_status, struct davit_error *error)
{
    struct davit_exec_options o;
    struct err e = { 0 };
    int rc = read_options(&o, sizeof o, options, &e);

    return answer(rc < 0 ? rc : container_exec(c, id, &o, ret_status, &e), &e, error);
}

int davit_state(davit_context *c, const char *id, char **ret_json, struct davit_error *error)
{
    struct err e = { 0 };

    return answer(container_state(c, id, ret_json, &e), &e, error);
}

int davit_kill(davit_context *c, const char *id, int sig, bool all, struct davit_error *error)
{
    struct err e = { 0 };

    return answer(container_kill(c, id, sig, all, &e), &e, error);
}

int davit_signal_parse(const char *text, struct davit_error *error)
{
    struct err e = { 0 };

    return answer(signal_parse(text, &e), &e, error);
}

int davit_delete(davit_context *c, const char *id, bool force, struct davit_error *error)
{
    struct err e = { 0 };

    return answer(container_delete(c, id, force, &e), &e, error);
}

int davit_pause(davit_context *c, const char *id, struct davit_error *error)
{
    struct err e = { 0 };

    return answer(container_pause(c, id, &e), &e, error);
}

int davit_resume(davit_context *c, const char *id, struct davit_error *error)
{
    struct err e = { 0 };

    return answer(container_resume(c, id, &e), &e, error);
}

int davit_update(davit_context *c, const char *id, const struct davit_update_options *options,
                 struct davit_error *error)
{
    struct davit_update_options o;
    struct err e = { 0 };
    int rc = read_options(&o, sizeof o, options, &e);

    return answer(rc < 0 ? rc : container_update(c, id, &o, &e), &e, error);
}

int davit_mounts_add(davit_context *c, const char *id, const char *json, struct davit_error *error)
{
    struct err e = { 0 };

    return answer(container_mounts(c, id, json, false, &e), &e, error);
}

int davit_mounts_remove(davit_context *c, const char *id, const char *json,
                        struct davit_error *error)
{
    struct err e = { 0 };

    return answer(container_mounts(c, id, json, true, &e), &e, error);
}

int davit_stats(davit_context *c, const char *id, char **ret_json, struct davit_error *error)
{
    struct err e = { 0 };

    return answer(container_stats(c, id, ret_json, &e), &e, error);
}

int davit_events(davit_context *c, const char *id, const struct davit_events_options *options,
                 struct davit_error *error)
{
    struct davit_events_options o;
    struct err e = { 0 };
    int rc = read_options(&o, sizeof o, options, &e);

    return answer(rc < 0 ? rc : container_events(c, id, &o, &e), &e, error);
}

int davit_ps(davit_context *c, const char *id, char **ret_json, struct davit_error *error)
{
    struct err e = { 0 };

    return answer(container_ps(c, id, ret_json, &e), &e, error);
}

int davit_list(davit_context *c, char **ret_json, struct davit_error *error)
{
    struct err e = { 0 };

    return answer(container_list(c, ret_json, &e), &e, error);
}

int davit_spec(bool rootless, char **ret_json, struct davit_error *error)
{
    auto_buf b = { 0 };
    struct err e = { 0 };
    int rc = spec_generate(rootless, geteuid(), getegid(), &b, &e);

    if (rc == 0)
        *ret_json = take_ptr(b.data);
    return answer(rc, &e, error);
}

int davit_features(char **ret_json, struct davit_error *error)
{
    auto_buf b = { 0 };
    struct err e = { 0 };
    int rc = features_json(&b, &e);

    if (rc == 0)
        *ret_json = take_ptr(b.data);
    return answer(rc, &e, error);
}

int davit_check(char **ret_json, struct davit_error *error)
{
    auto_buf b = { 0 };
    struct err e = { 0 };
    int rc = check_json(&b, &e);

    if (rc == 0)
        *ret_json = take_ptr(b.data);
    return answer(rc, &e, error);
}

int davit_plan(davit_context *c, const char *id, const struct davit_create_options *options,
               bool json, char **ret_text, struct davit_error *error)
{
    struct davit_create_options o;
    struct err e = { 0 };
    int rc = read_options(&o, sizeof o, options, &e);

    return answer(rc < 0 ? rc : container_plan(c, id, &o, json, ret_text, &e), &e, error);
}

const char *davit_version(void)
{
    return DAVIT_VERSION;
}

const char *davit_spec_version(void)
{
    return "1.3.0";
}
