// SPDX-License-Identifier: Apache-2.0
/* delete.c - runtime.md "delete". */
#include "container/remove.h"

#include "base/cleanup.h"
#include "base/sys.h"
#include "boot/boot.h"
#include "container/scope.h"

#include <poll.h>
#include <signal.h>
#include <string.h>

enum { EXIT_WAIT_MS = 10000, REMOVE_WAIT_MS = 5000 };

static int await_exit(int pidfd, struct err *e)
{
    struct pollfd p = { .fd = pidfd, .events = POLLIN };
    int rc;

    do {
        rc = poll(&p, 1, EXIT_WAIT_MS);
    } while (rc < 0 && errno == EINTR);
    if (rc == 0)
        return err_set(e, ERR_BUSY, "the container's process does not end");
    return rc < 0 ? err_os(e, errno, "poll") : 0;
}

int found_kill(struct found *f, struct err *e)
{
    auto_fd process = found_process(f, e);
    struct err ignored;
    bool frozen = false;
    long rc;

    if (process < 0)
        return e->kind == ERR_BAD_STATE ? 0 : -e->code;
    rc = sys_pidfd_send_signal(process, SIGKILL);
    if (rc < 0 && rc != -ESRCH)
        return err_os(e, rc, "kill %d", f->record.process.pid);
    /* A frozen process on v1 takes its signal only when thawed. */
    if (f->record.cgroup.count && cgroup_frozen(&f->record.cgroup, &frozen, &ignored) == 0 &&
        frozen)
        cgroup_freeze(&f->record.cgroup, false, &ignored);
    return await_exit(process, e);
}

/* Without its own pid namespace others of the container can outlive init: the cgroup knows them. As
 * a rule it is empty by now, and removing it is one call for each directory. */
static int remove_cgroup(struct found *f, struct err *e)
{
    if (!f->record.cgroup.count || cgroup_remove(&f->record.cgroup, 0, e) == 0)
        return 0;
    TRY(cgroup_kill(&f->record.cgroup, SIGKILL, e));
    return cgroup_remove(&f->record.cgroup, REMOVE_WAIT_MS, e);
}

/* Its cgroup is gone, so a systemd that does not answer will find out by itself one day. */
static int stop_unit(struct found *f, struct err *e)
{
    char line[ERR_TEXT_MAX + 64];

    if (scope_stop(&f->record, e) == 0)
        return 0;
    if (!f->forced)
        return -e->code;
    err_format(e, line, sizeof line);
    context_warn(f->context, "%s", line);
    return 0;
}

/* A damaged record: the cgroup is where the stored configuration puts it. */
static void guess_record(struct found *f)
{
    cleanup(bundle_done) struct bundle b = { 0 };
    cleanup(scope_done) struct scope scope = { 0 };
    struct cgroup_host host = { 0 };
    struct err e;

    if (bundle_load_copy(f->dirfd, &b, &e) < 0 || f->context->cgroup_manager == DAVIT_CGROUP_NONE ||
        cgroup_host_read(&host, &e) < 0)
        return;
    if (f->context->cgroup_manager == DAVIT_CGROUP_SYSTEMD &&
        scope_locate(b.spec, f->id, &host, true, &scope, &f->record.cgroup, &e) == 0) {
        f->record.unit = take_ptr(scope.unit.name);
        f->record.unit_of_user = scope.user;
    }
    if (f->context->cgroup_manager == DAVIT_CGROUP_FS)
        cgroup_locate(&host, b.spec->linux_.cgroups_path, f->id, &f->record.cgroup, &e);
    cgroup_host_done(&host);
}

static int check_status(struct found *f, bool force, struct err *e)
{
    const char *status = state_status(f->dirfd, &f->record);

    if (force || !strcmp(status, "stopped"))
        return 0;
    /* Engines delete a container that was never started; the specification does not allow it. */
    if (!strcmp(status, "created") && !f->context->strict)
        return 0;
    return err_set(e, ERR_BAD_STATE, "cannot delete container '%s': it is %s%s", f->id, status,
                   strcmp(status, "created") ? "" : ", not stopped");
}

static int remove_resctrl(struct found *f, struct err *e)
{
    struct resctrl_group g = record_resctrl(&f->record);

    return resctrl_remove(&g, e);
}

static int run_poststop(struct found *f, struct err *e)
{
    cleanup(bundle_done) struct bundle b = { 0 };
    struct err ignored;

    /* A hook's failure was a warning; config.md "Poststop" lets nothing hang on it. */
    if (f->record.hooks_after && bundle_load_copy(f->dirfd, &b, &ignored) == 0)
        found_run_hooks(f, b.spec, HOOK_POSTSTOP, "stopped", &ignored);
    return 0;
}

static int remove_state(struct found *f, struct err *e)
{
    return state_remove(f->rootfd, f->id, e);
}

/* Each can be repeated, so a delete that was killed in any of them is finished by the next. */
static const struct {
    const char *name;
    int (*run)(struct found *f, struct err *e);
} steps[] = {
    { "kill process", found_kill },
    { "remove cgroups", remove_cgroup },
    { "stop unit", stop_unit },
    { "remove resctrl groups", remove_resctrl },
    /* Before the record goes: a crash in a hook's middle means it runs again, never not at all. */
    { "poststop hooks", run_poststop },
    { "remove state", remove_state },
};

int remove_found(struct found *f, bool force, struct err *e)
{
    f->forced = force;
    if (!f->record_read)
        guess_record(f);
    else
        TRY(check_status(f, force, e));
    for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
        TRY(boot_fault_step(steps[i].name, e));
        TRY(steps[i].run(f, e));
    }
    return 0;
}

/* A create that was killed between taking the lock and making the directory left the lock's file.
 */
static void sweep_lock(davit_context *c, const char *id)
{
    struct err ignored;
    auto_fd rootfd = state_open_root(c->root, false, &ignored);

    if (rootfd >= 0)
        state_unlock(rootfd, id, state_lock(rootfd, id, &ignored));
}

int container_delete(davit_context *c, const char *id, bool force, struct err *e)
{
    auto_found f = { .rootfd = -1, .dirfd = -1, .lock = -1 };

    if (found_open(c, id, true, force, &f, e) == 0)
        return remove_found(&f, force, e);
    if (!force || e->kind != ERR_NOT_FOUND)
        return -e->code;
    sweep_lock(c, id);
    return 0;
}
