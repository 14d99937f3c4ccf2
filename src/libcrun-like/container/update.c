// SPDX-License-Identifier: Apache-2.0
/* update.c - other limits for a container that has started. */
#include "container/open.h"
#include "container/scope.h"

#include "base/cleanup.h"

#include <string.h>

/* A class of resctrl can't be changed yet; on most hosts there is none. */
static int refuse_rdt(const struct davit_update_options *o, struct err *e)
{
    const char *option = o->l3_cache_schema ? "l3-cache-schema" : "mem-bw-schema";

    if (!o->l3_cache_schema && !o->mem_bw_schema)
        return 0;
    if (access("/sys/fs/resctrl/schemata", F_OK) < 0)
        return err_set(e, ERR_UNSUPPORTED, "--%s: this host has no resctrl file system mounted",
                       option);
    return err_set(e, ERR_UNSUPPORTED, "--%s is not supported yet", option);
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
    const char *status;

    if (o->resources)
        TRY(spec_parse_resources(o->resources, strlen(o->resources), &s, e));
    /* Locked: two updates at once would each undo to what the other has made. */
    TRY(found_open(c, id, true, false, &f, e));
    status = state_status(f.dirfd, &f.record);
    if (!strcmp(status, "stopped") || !strcmp(status, "creating"))
        return err_set(e, ERR_BAD_STATE, "container not running");
    TRY(found_check_cgroups(&f, e));
    TRY(refuse_rdt(o, e));
    return s ? apply(&f, &s->linux_.resources, e) : 0;
}
