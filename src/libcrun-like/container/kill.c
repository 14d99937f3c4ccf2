// SPDX-License-Identifier: Apache-2.0
/* kill.c - runtime.md "kill". */
#include "container/open.h"

#include "base/cleanup.h"
#include "base/sys.h"

#include <signal.h>
#include <string.h>

static int signal_process(struct found *f, int sig, struct err *e)
{
    auto_fd process = found_process(f, e);
    struct err ignored;
    bool frozen = false;
    long rc;

    if (process < 0)
        return process;
    rc = sys_pidfd_send_signal(process, sig);
    if (rc < 0)
        return err_os(e, rc, "signal container '%s'", f->id);
    if (sig == SIGKILL && f->record.cgroup.count &&
        cgroup_frozen(&f->record.cgroup, &frozen, &ignored) == 0 && frozen)
        cgroup_freeze(&f->record.cgroup, false, &ignored);
    return 0;
}

int container_kill(davit_context *c, const char *id, int sig, bool all, struct err *e)
{
    auto_found f = { .rootfd = -1, .dirfd = -1, .lock = -1 };
    const char *status;

    TRY(found_open(c, id, false, false, &f, e));
    status = state_status(f.dirfd, &f.record);
    /* --all reaches processes that outlived init, as engines expect of a shared pid namespace. */
    if (all && f.record.cgroup.count)
        return cgroup_kill(&f.record.cgroup, sig, e);
    if (!strcmp(status, "stopped") || !strcmp(status, "creating"))
        return err_set(e, ERR_BAD_STATE, "container not running");
    return signal_process(&f, sig, e);
}
