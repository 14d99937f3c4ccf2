// SPDX-License-Identifier: Apache-2.0
/* parse_hooks.c - hooks: six lists of programs. */
#include "config/parse.h"

#include "base/cleanup.h"

static const struct json_field hook_fields[] = {
    FIELD_STRING(struct spec_hook, path, "path", JSON_REQUIRED | JSON_ABSOLUTE),
    FIELD_ARRAY(struct spec_hook, args.items, args.count, "args", json_item_string, 0),
    FIELD_ARRAY(struct spec_hook, env.items, env.count, "env", spec_read_environment_entry, 0),
    /* config.md, "POSIX-platform Hooks": if set, it must be greater than zero. */
    FIELD_INT(struct spec_hook, timeout, "timeout", 1, UINT32_MAX, 0),
};

static int read_hook(const struct json_at *at, void *ret, struct err *e)
{
    struct spec_hook *h = ret;
    struct json_at env;

    h->has_env = json_member(at, "env", &env);
    return json_read_fields(at, hook_fields, ARRAY_SIZE(hook_fields), h, e);
}

#define HOOKS(kind_, name)                                                                         \
    FIELD_ARRAY(struct spec_hooks, kind[kind_].items, kind[kind_].count, name, read_hook, 0)

static const struct json_field hooks_fields[] = {
    HOOKS(HOOK_PRESTART, "prestart"),
    HOOKS(HOOK_CREATE_RUNTIME, "createRuntime"),
    HOOKS(HOOK_CREATE_CONTAINER, "createContainer"),
    HOOKS(HOOK_START_CONTAINER, "startContainer"),
    HOOKS(HOOK_POSTSTART, "poststart"),
    HOOKS(HOOK_POSTSTOP, "poststop"),
};

int spec_read_hooks(const struct json_at *at, void *ret, struct err *e)
{
    return json_read_fields(at, hooks_fields, ARRAY_SIZE(hooks_fields), ret, e);
}
