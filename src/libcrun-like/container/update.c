// SPDX-License-Identifier: Apache-2.0
/* update.c - other limits for a container that has started. */
#include "container/open.h"
#include "container/scope.h"

#include "base/cleanup.h"

#include <string.h>

/* The schemata that were asked for, in the order of the specification. */
struct classes {
    struct resctrl_line lines[2];
    size_t count;
};

static int add_schema(struct classes *k, const char *option, const char *text, const char *prefix,
                      struct err *e)
{
    if (!text)
        return 0;
    if (strncmp(text, prefix, strlen(prefix)) != 0 || strchr(text, '\n'))
        return err_set(e, ERR_INVALID, "%s '%.80s' is not one line that starts with %s", option,
                       text, prefix);
    k->lines[k->count++] = (struct resctrl_line){ option, text };
    return 0;
}

static int read_classes(const struct davit_update_options *o, struct classes *ret, struct err *e)
{
    TRY(add_schema(ret, "--l3-cache-schema", o->l3_cache_schema, "L3", e));
    return add_schema(ret, "--mem-bw-schema", o->mem_bw_schema, "MB:", e);
}

/* Classes first: what stands there can be read and put back as a whole. */
static int apply_classes(const struct found *f, const struct classes *k, char **ret_undo,
                         struct err *e)
{
    struct resctrl_group g = record_resctrl(&f->record);

    if (k->count == 0)
        return 0;
    if (!g.dir)
        return err_set(e, ERR_UNSUPPORTED, "%s: container '%s' has no linux.intelRdt",
                       k->lines[0].where, f->id);
    return resctrl_update(&g, k->lines, k->count, ret_undo, e);
}

static int apply(const struct found *f, const struct spec_resources *r, struct err *e)
{
    cleanup(cgroup_host_done) struct cgroup_host host = { .v2 = -1 };
    cleanup(arena_done) struct arena arena = { 0 };
    struct cgroup_writes writes = { 0 };
    struct cgroup cg;

    TRY(cgroup_host_read(&host, e));
    cgroup_match(&f->record.cgroup, &host, &cg);
    TRY(cgroup_compile(r, &host, &arena, &writes, e));
    TRY(cgroup_update(&cg, &writes, e));
    if (!f->record.unit)
        return 0;
    TRY(scope_update(&f->record, &cg, &writes, e));
    return cgroup_update(&cg, &writes, e);
}

int container_update(davit_context *c, const char *id, const struct davit_update_options *o,
                     struct err *e)
{
    auto_found f = { .rootfd = -1, .dirfd = -1, .lock = -1 };
    cleanup(spec_freep) struct spec *s = NULL;
    auto_free char *undo = NULL;
    struct classes classes = { 0 };
    struct resctrl_group g;
    const char *status;
    struct err ignored;

    TRY(read_classes(o, &classes, e));
    if (o->resources)
        TRY(spec_parse_resources(o->resources, strlen(o->resources), &s, e));
    /* Locked: two updates at once would each undo to what the other has made. */
    TRY(found_open(c, id, true, false, &f, e));
    status = state_status(f.dirfd, &f.record);
    if (!strcmp(status, "stopped") || !strcmp(status, "creating"))
        return err_set(e, ERR_BAD_STATE, "container not running");
    if (s)
        TRY(found_check_cgroups(&f, e));
    TRY(apply_classes(&f, &classes, &undo, e));
    if (!s || apply(&f, &s->linux_.resources, e) == 0)
        return 0;
    g = record_resctrl(&f.record);
    if (undo)
        resctrl_restore(&g, undo, &ignored);
    return -e->code;
}
