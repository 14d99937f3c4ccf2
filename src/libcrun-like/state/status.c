// SPDX-License-Identifier: Apache-2.0
/* status.c - a container's status is derived, never stored: a record can't be out of date. */
#include "state/state.h"

#include "base/cleanup.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* The barrier's socket is there until the container was started. A `start` that was killed after
 * its word to init may have left it: then init's executable is no longer the sealed one. */
static bool at_barrier(int dirfd, pid_t pid)
{
    static const char sealed[] = "/memfd:davit-init";
    char path[40], exe[sizeof sealed];
    struct stat st;
    ssize_t n;

    if (fstatat(dirfd, "start", &st, AT_SYMLINK_NOFOLLOW) < 0)
        return false;
    snprintf(path, sizeof path, "/proc/%d/exe", pid);
    n = readlink(path, exe, sizeof exe - 1);
    /* Not readable (rootless: init is undumpable): the socket's word has to do. */
    return n < 0 || (n == sizeof exe - 1 && !memcmp(exe, sealed, sizeof exe - 1));
}

const char *state_status(int dirfd, const struct state_record *r)
{
    bool frozen = false;
    struct err ignored;

    if (r->phase == STATE_CREATING)
        return "creating";
    if (!state_process_lives(&r->process))
        return "stopped";
    /* Also of a created container: frozen, it would never answer to `start`. */
    if (r->cgroup.count && cgroup_frozen(&r->cgroup, &frozen, &ignored) == 0 && frozen)
        return "paused";
    return at_barrier(dirfd, r->process.pid) ? "created" : "running";
}
