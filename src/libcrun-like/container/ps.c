// SPDX-License-Identifier: Apache-2.0
/* ps.c - the processes in a container's cgroups. */
#include "container/open.h"

#include "base/buf.h"
#include "base/cleanup.h"

int container_ps(davit_context *c, const char *id, char **ret_json, struct err *e)
{
    auto_found f = { .rootfd = -1, .dirfd = -1, .lock = -1 };
    auto_free pid_t *pids = NULL;
    auto_buf b = { 0 };
    size_t count = 0;

    TRY(found_open(c, id, false, false, &f, e));
    TRY(found_check_cgroups(&f, e));
    /* Whatever the status: processes can outlive init, and engines ask after it has ended. */
    TRY(cgroup_pids(&f.record.cgroup, &pids, &count, e));
    buf_puts(&b, "[");
    for (size_t i = 0; i < count; i++)
        buf_printf(&b, "%s%d", i ? "," : "", pids[i]);
    buf_puts(&b, "]\n");
    if (buf_failed(&b))
        return err_os(e, ENOMEM, "list the processes of container '%s'", id);
    *ret_json = take_ptr(b.data);
    return 0;
}
