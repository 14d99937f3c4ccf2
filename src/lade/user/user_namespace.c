// SPDX-License-Identifier: Apache-2.0
/* user_namespace.c - becoming root over one's own ids. */
#include "lade/user/user_namespace.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "lade/program/program.h"
#include "lade/user/subordinate.h"

#include <fcntl.h>
#include <pwd.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>

enum { SUBID_FILE_MAX = 4 << 20, NUMBER_SIZE = 16 };

/* The ids as numbers, for the command line of newuidmap(1). */
struct words {
    char numbers[3 * OWN_IDS_MAX + 1][NUMBER_SIZE];
    const char *argv[3 * OWN_IDS_MAX + 3];
};

static void write_words(struct words *w, const char *program, pid_t pid,
                        const struct id_range *ranges, size_t count)
{
    size_t n = 0;

    w->argv[0] = program;
    snprintf(w->numbers[n++], NUMBER_SIZE, "%d", pid);
    for (size_t i = 0; i < count; i++) {
        snprintf(w->numbers[n++], NUMBER_SIZE, "%u", ranges[i].inside);
        snprintf(w->numbers[n++], NUMBER_SIZE, "%u", ranges[i].outside);
        snprintf(w->numbers[n++], NUMBER_SIZE, "%u", ranges[i].count);
    }
    for (size_t i = 0; i < n; i++)
        w->argv[i + 1] = w->numbers[i];
    w->argv[n + 1] = NULL;
}

static size_t read_ranges(const char *file, const char *name, uint32_t uid, struct id_range *ret)
{
    auto_free char *text = NULL;
    struct err unused;
    size_t len;

    if (file_read(AT_FDCWD, file, SUBID_FILE_MAX, &text, &len, &unused) < 0)
        return 0;
    return subordinate_parse(text, name, uid, ret, OWN_IDS_MAX - 1);
}

/* The user as root, then what is lent. */
static void find_ids(struct own_ids *ids)
{
    struct passwd *user = getpwuid(getuid());
    const char *name = user ? user->pw_name : "";

    *ids = (struct own_ids){ .uids = { { 0, geteuid(), 1 } }, .gids = { { 0, getegid(), 1 } } };
    ids->uid_count = 1 + read_ranges("/etc/subuid", name, getuid(), ids->uids + 1);
    ids->gid_count = 1 + read_ranges("/etc/subgid", name, getuid(), ids->gids + 1);
    if (ids->uid_count == 1 || ids->gid_count == 1)
        ids->uid_count = ids->gid_count = 1;
    ids->single = ids->uid_count == 1;
}

/* --- several ids: programs with privileges do it, from outside --- */

static int run_mapper(const char *program, pid_t pid, const struct id_range *ranges, size_t count)
{
    struct words w;
    struct program p = { .argv = w.argv, .limit = 4096, .seconds = 30 };
    auto_free char *output = NULL;
    struct err unused;

    write_words(&w, program, pid, ranges, count);
    return program_output(&p, &output, NULL, &unused) == 0 ? 0 : 1;
}

/* The child's whole life. Its standard error is the caller's: what newuidmap has to say is seen. */
__attribute__((noreturn)) static void map_from_outside(int ready, pid_t pid,
                                                       const struct own_ids *ids)
{
    char byte;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    _exit(read(ready, &byte, 1) != 1 || run_mapper("newuidmap", pid, ids->uids, ids->uid_count) ||
          run_mapper("newgidmap", pid, ids->gids, ids->gid_count));
}

static int enter_with_helper(const struct own_ids *ids, struct err *e)
{
    auto_fd in = -EBADF, out = -EBADF;
    pid_t self = getpid(), child;
    int ends[2], status, rc = 0;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return err_os(e, errno, "make a user namespace");
    in = ends[0];
    out = ends[1];
    child = fork();
    if (child < 0)
        return err_os(e, errno, "make a user namespace");
    if (child == 0) {
        cleanup_fd(&out);
        map_from_outside(in, self, ids);
    }
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
        rc = err_os(e, errno, "make a user namespace");
    else if (write(out, "", 1) != 1)
        rc = err_os(e, errno, "map ids");
    cleanup_fd(&out); /* without the byte it is the end */
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (rc == 0 && !(WIFEXITED(status) && WEXITSTATUS(status) == 0))
        rc = err_set(e, ERR_UNSUPPORTED,
                     "newuidmap and newgidmap did not map the ids of /etc/subuid and /etc/subgid");
    return rc;
}

/* --- one id: anybody may map it --- */

static int write_map(const char *file, const struct id_range *r, struct err *e)
{
    char text[3 * NUMBER_SIZE];

    snprintf(text, sizeof text, "%u %u %u", r->inside, r->outside, r->count);
    return file_write_existing(AT_FDCWD, file, text, e);
}

static int enter_alone(const struct own_ids *ids, struct err *e)
{
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
        return err_os(e, errno, "make a user namespace");
    /* Since 3.19 nobody maps a group without giving up setgroups (CVE-2014-8989). */
    TRY(file_write_existing(AT_FDCWD, "/proc/self/setgroups", "deny", e));
    TRY(write_map("/proc/self/uid_map", ids->uids, e));
    return write_map("/proc/self/gid_map", ids->gids, e);
}

int user_namespace_enter(struct report *report, struct own_ids *ret, struct err *e)
{
    struct own_ids ids;

    find_ids(&ids);
    if (!ids.single && (!program_is_installed("newuidmap") || !program_is_installed("newgidmap"))) {
        report_warning(report, "newuidmap is not installed: all files are yours");
        ids.uid_count = ids.gid_count = 1;
        ids.single = true;
    }
    TRY(ids.single ? enter_alone(&ids, e) : enter_with_helper(&ids, e));
    /* What is mounted here is not seen outside, and what is mounted outside is seen here. */
    if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
        return err_os(e, errno, "make a mount namespace");
    *ret = ids;
    return 0;
}
