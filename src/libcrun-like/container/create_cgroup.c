// SPDX-License-Identifier: Apache-2.0
/* create_cgroup.c - the parent's rows about a new container's cgroup, and undoing them. */
#include "container/create.h"

#include "base/cleanup.h"

enum { REMOVE_WAIT_MS = 5000 };

/* Without root the kernel lets a process into a cgroup only from one that is below a directory of
 * ours, too: outer goes along, so that it can clone init into it. */
static int start_scope(struct boot *b, struct err *e)
{
    struct creation *k = b->data;

    return scope_start(&k->prepared.scope, k->id, &k->record.cgroup, &k->prepared.writes,
                       k->record.unit_of_user ? b->outer : 0, e);
}

int creation_row_make_cgroup(struct boot *b, struct err *e)
{
    struct creation *k = b->data;
    int procs[CGROUP_HIERARCHIES_MAX];
    unsigned count = 0;

    if (k->record.unit)
        TRY(start_scope(b, e));
    TRY(cgroup_make(&k->record.cgroup, &k->prepared.writes, e));
    k->cgroup_made = true;
    TRY(cgroup_open_join(&k->record.cgroup, NULL, &b->grants.cgroup_fd, procs, &count, e));
    for (unsigned i = 0; i < count; i++)
        b->grants.procs_fd[i] = procs[i];
    b->grants.procs_count = count;
    return 0;
}

int creation_row_limit_cgroup(struct boot *b, struct err *e)
{
    struct creation *k = b->data;
    struct cgroup_writes limits = k->prepared.writes;

    limits.device_insns = NULL; /* filter_devices has them */
    limits.device_insn_count = 0;
    return cgroup_apply(&k->record.cgroup, &limits, e);
}

int creation_row_delegate_cgroup(struct boot *b, struct err *e)
{
    struct creation *k = b->data;
    uid_t owner = b->plan->cgroup_owner;

    /* What we make is ours without being given to us. */
    return owner == k->record.owner ? 0 : cgroup_delegate(&k->record.cgroup, owner, e);
}

int creation_row_filter_devices(struct boot *b, struct err *e)
{
    struct creation *k = b->data;
    struct cgroup_writes program = k->prepared.writes;

    program.count = 0;
    return cgroup_apply(&k->record.cgroup, &program, e);
}

static bool is_inside(const struct cgroup *cg, pid_t pid)
{
    auto_free pid_t *pids = NULL;
    bool inside = false;
    size_t count = 0;
    struct err e;

    if (cgroup_pids(cg, &pids, &count, &e) < 0)
        return false;
    for (size_t i = 0; i < count; i++)
        inside = inside || pids[i] == pid;
    return inside;
}

void creation_leave_scope(struct creation *k)
{
    const struct boot *b = &k->boot;

    if (k->record.unit && !(b->plan->flags & PLAN_CGROUP_V1) &&
        is_inside(&k->record.cgroup, b->init))
        systemd_close(&k->prepared.scope.bus);
}

/* A unit that systemd refused to start may be there, and somebody else's. */
static int undo_scope(struct creation *k, struct err *e)
{
    bool stuck = k->prepared.scope.bus.stuck;

    systemd_close(&k->prepared.scope.bus);
    if (stuck)
        return err_set(e, ERR_BUSY, "systemd may have started '%s'", k->record.unit);
    return k->prepared.scope.started ? scope_stop(&k->record, e) : 0;
}

int creation_undo_cgroup(struct creation *k, struct err *e)
{
    if (k->cgroup_made) {
        cgroup_kill(&k->record.cgroup, 9, e);
        TRY(cgroup_remove(&k->record.cgroup, REMOVE_WAIT_MS, e));
    }
    return undo_scope(k, e);
}
