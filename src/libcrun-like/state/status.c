// SPDX-License-Identifier: Apache-2.0
/* status.c - a container's status is derived, never stored: a record can't be out of date. */
#include "state/state.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

const char *state_status(int dirfd, const struct state_record *r)
{
    enum process_life life;
    bool barrier, frozen = false;
    struct err ignored;
    struct stat st;

    if (r->phase == STATE_CREATING)
        return "creating";
    /* The socket first: `start` removes it when the payload runs, so one that is gone before a look
     * at the process tells of a container that has none, because it is run's. */
    barrier = fstatat(dirfd, "start", &st, AT_SYMLINK_NOFOLLOW) == 0;
    life = state_process_life(&r->process);
    if (life == PROCESS_GONE)
        return "stopped";
    if (life == PROCESS_CLONED && !barrier)
        return "creating";
    /* Also of a created container: frozen, it would never answer to `start`. */
    if (r->cgroup.count && cgroup_frozen(&r->cgroup, &frozen, &ignored) == 0 && frozen)
        return "paused";
    return life == PROCESS_CLONED ? "created" : "running";
}
