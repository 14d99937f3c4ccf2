// SPDX-License-Identifier: Apache-2.0
/* scope.c - a container's scope, for the verbs that have to do with systemd. */
#include "container/scope.h"

#include "base/cleanup.h"

#include <string.h>

void scope_done(struct scope *s)
{
    systemd_close(&s->bus);
    systemd_unit_done(&s->unit);
    buf_done(&s->properties);
    *s = (struct scope){ 0 };
}

int scope_locate(const struct spec *spec, const char *id, const struct cgroup_host *host, bool ask,
                 struct scope *ret, struct cgroup *ret_cg, struct err *e)
{
    cleanup(scope_done) struct scope s = { .user = systemd_is_user() };
    auto_free char *path = NULL;

    TRY(systemd_unit_parse(spec->linux_.cgroups_path, id, s.user, &s.unit, e));
    TRY(systemd_add_annotations(&s.properties, spec, e));
    if (ask)
        TRY(systemd_open(&s.bus, s.user, SYSTEMD_DEADLINE_MS, e));
    if (asprintf(&path, "%s%s", ask ? s.bus.root : "", s.unit.path) < 0)
        return err_os(e, ENOMEM, "linux.cgroupsPath");
    TRY(cgroup_locate(host, path, id, ret_cg, e));
    ret_cg->given = true;
    *ret = s;
    s = (struct scope){ 0 };
    return 0;
}

int scope_start(struct scope *s, const char *id, const struct cgroup *cg,
                const struct cgroup_writes *writes, pid_t companion, struct err *e)
{
    TRY(systemd_add_limits(&s->properties, writes, cg, false, e));
    TRY(systemd_start(&s->bus, &s->unit, id, companion, &s->properties, e));
    s->started = true;
    return 0;
}

int scope_attach(const struct state_record *r, pid_t outer, struct err *e)
{
    cleanup(systemd_close) struct systemd_bus bus = { 0 };

    TRY(systemd_open(&bus, r->unit_of_user, SYSTEMD_DEADLINE_MS, e));
    return systemd_attach(&bus, r->unit, outer, e);
}

int scope_stop(const struct state_record *r, struct err *e)
{
    cleanup(systemd_close) struct systemd_bus bus = { 0 };

    if (!r->unit)
        return 0;
    TRY(systemd_open(&bus, r->unit_of_user, SYSTEMD_DEADLINE_MS, e));
    return systemd_stop(&bus, r->unit, e);
}

int scope_update(const struct state_record *r, const struct cgroup *cg,
                 const struct cgroup_writes *writes, struct err *e)
{
    cleanup(systemd_close) struct systemd_bus bus = { 0 };
    auto_buf properties = { 0 };

    TRY(systemd_add_limits(&properties, writes, cg, true, e));
    if (properties.len == 0)
        return 0;
    TRY(systemd_open(&bus, r->unit_of_user, SYSTEMD_DEADLINE_MS, e));
    return systemd_set(&bus, r->unit, &properties, e);
}
