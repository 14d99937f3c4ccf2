// SPDX-License-Identifier: Apache-2.0
/* compile_unified.c - linux.resources.unified: files of the v2 directory and what goes into them.
 */
#include "cgroup/layout.h"

#include <errno.h>
#include <string.h>

/* More than a host has devices; without an end a few bytes each would become writes. */
enum { LINES_MAX = 4096 };

/* Files such as io.max take one line at a time. The empty line is how a list is made empty. */
static int add_lines(struct compilation *c, const struct spec_key_value *u, const char *where,
                     struct err *e)
{
    const char *rest = u->value;
    size_t lines = 0;

    do {
        size_t len = strcspn(rest, "\n");
        char *line = len ? arena_memdup(c->arena, rest, len) : arena_strdup(c->arena, "\n");

        if (lines++ == LINES_MAX)
            return err_set(e, ERR_INVALID, "%s has more than %d lines", where, LINES_MAX);
        TRY(cgroup_compile_add(c, u->key, line, where, e));
        rest += len + (rest[len] == '\n');
    } while (*rest);
    return 0;
}

static int compile_one(struct compilation *c, const struct spec_key_value *u, struct err *e)
{
    char *where = arena_printf(c->arena, "linux.resources.unified['%s']", u->key);
    char *controller = arena_memdup(c->arena, u->key, strcspn(u->key, "."));
    char *item = arena_printf(c->arena, ",%s,", controller ? controller : "");

    if (!where || !controller || !item)
        return err_os(e, ENOMEM, "linux.resources.unified");
    if (c->host->v2 < 0)
        return err_set(e, ERR_UNSUPPORTED, "%s: this host has no cgroup v2", where);
    c->hierarchy = (unsigned)c->host->v2;
    c->controller = controller;
    /* cgroup.max.depth and the like are there without a controller. */
    if (strcmp(controller, "cgroup") != 0 && !strstr(c->host->h[c->hierarchy].controllers, item))
        return err_set(e, ERR_UNSUPPORTED, "%s: this host's cgroup v2 has no %s controller", where,
                       controller);
    return add_lines(c, u, where, e);
}

int cgroup_compile_unified(struct compilation *c, struct err *e)
{
    for (size_t i = 0; i < c->resources->unified_count; i++)
        TRY(compile_one(c, &c->resources->unified[i], e));
    return 0;
}
