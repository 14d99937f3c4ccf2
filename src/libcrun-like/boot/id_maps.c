// SPDX-License-Identifier: Apache-2.0
/*
 * id_maps.c - write uid_map and gid_map of init's new user namespace (user_namespaces(7)).
 *
 * With the right to map (root) the files are written directly. Without it one mapping of one's own
 * id can be written directly, after setgroups was given up; anything else is the business of
 * newuidmap and newgidmap, which know /etc/subuid.
 */
#include "boot/boot.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

static int write_map(int proc, const char *file, const char *text, struct err *e)
{
    return file_write_existing(proc, file, text, e);
}

/* "0 1000 1\n" */
static bool is_single(const char *map, unsigned own)
{
    unsigned inside, outside, size;
    int end = 0;

    return sscanf(map, "%u %u %u\n%n", &inside, &outside, &size, &end) == 3 && !map[end] &&
           outside == own && size == 1;
}

/* argv of newuidmap: the pid, then the numbers of all lines. Points into its arguments. */
static char **helper_arguments(const char *program, char *pid, char *map)
{
    size_t words = strlen(map) / 2 + 4, n = 0;
    char **argv = calloc(words, sizeof *argv);

    if (!argv)
        return NULL;
    argv[n++] = (char *)(uintptr_t)program;
    argv[n++] = pid;
    for (char *save = NULL, *word = strtok_r(map, " \n", &save); word;
         word = strtok_r(NULL, " \n", &save))
        argv[n++] = word;
    return argv;
}

static int run_helper(const char *program, pid_t pid, const char *map, struct err *e)
{
    char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", number[16];
    char *const env[] = { path, NULL };
    auto_free char *copy = strdup(map);
    auto_free char **argv = copy ? helper_arguments(program, number, copy) : NULL;
    int status = 0, rc;
    pid_t child;

    if (!argv)
        return err_os(e, ENOMEM, "%s", program);
    snprintf(number, sizeof number, "%d", pid);
    rc = posix_spawnp(&child, program, NULL, NULL, argv, env);
    if (rc)
        return err_os(e, rc, "run %s", program);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status))
        return err_set(e, ERR_INVALID, "%s refused the mapping", program);
    return 0;
}

static int map_one(struct boot *b, int proc, bool users, unsigned own, struct err *e)
{
    const char *map = plan_text(b->plan, users ? b->plan->uid_map : b->plan->gid_map);
    const char *file = users ? "uid_map" : "gid_map";

    if (!map)
        return 0;
    if (b->plan->flags & PLAN_ROOTLESS) {
        if (!is_single(map, own))
            return run_helper(users ? "newuidmap" : "newgidmap", b->init, map, e);
        if (!users) {
            /* Since 3.19 nobody maps a group without giving up setgroups (CVE-2014-8989). */
            TRY(write_map(proc, "setgroups", "deny", e));
            b->done_value = 1;
        }
    }
    return write_map(proc, file, map, e);
}

int boot_row_id_maps(struct boot *b, struct err *e)
{
    char path[32];
    auto_fd proc = -EBADF;

    TRY(boot_await_init(b, e));
    snprintf(path, sizeof path, "/proc/%d", b->init);
    proc = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (proc < 0)
        return err_os(e, errno, "open '%s'", path);
    if (map_one(b, proc, true, geteuid(), e) < 0)
        return err_wrap(e, "linux.uidMappings");
    if (map_one(b, proc, false, getegid(), e) < 0)
        return err_wrap(e, "linux.gidMappings");
    return 0;
}
