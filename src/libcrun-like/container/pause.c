// SPDX-License-Identifier: Apache-2.0
/* pause.c - stopping all processes of a container at once, and letting them go on. */
#include "container/open.h"

#include "base/cleanup.h"

#include <string.h>

int container_pause(davit_context *c, const char *id, struct err *e)
{
    auto_found f = { .rootfd = -1, .dirfd = -1, .lock = -1 };
    const char *status;

    /* Locked: what is being started would stop in the middle, with its start waiting for it. */
    TRY(found_open(c, id, true, false, &f, e));
    status = state_status(f.dirfd, &f.record);
    if (!strcmp(status, "paused"))
        return err_set(e, ERR_BAD_STATE, "cannot pause container '%s': it is paused", id);
    if (strcmp(status, "running") && strcmp(status, "created"))
        return err_set(e, ERR_BAD_STATE, "container not running");
    TRY(found_check_cgroups(&f, e));
    return cgroup_freeze(&f.record.cgroup, true, e);
}

int container_resume(davit_context *c, const char *id, struct err *e)
{
    auto_found f = { .rootfd = -1, .dirfd = -1, .lock = -1 };
    const char *status;

    TRY(found_open(c, id, true, false, &f, e));
    status = state_status(f.dirfd, &f.record);
    if (!strcmp(status, "stopped") || !strcmp(status, "creating"))
        return err_set(e, ERR_BAD_STATE, "container not running");
    if (strcmp(status, "paused"))
        return err_set(e, ERR_BAD_STATE, "cannot resume container '%s': it is not paused", id);
    return cgroup_freeze(&f.record.cgroup, false, e);
}
