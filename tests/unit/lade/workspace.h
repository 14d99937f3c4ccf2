// SPDX-License-Identifier: Apache-2.0
/*
 * workspace.h - the body of a test in a child with a mount namespace of its own, in an empty tmpfs.
 *
 *     IN_WORKSPACE {
 *         int root = workspace_dir("root");
 *         ...
 *         EXPECT_STR(tree(root), "a f 644 0:0 0 content\n");
 *     }
 *
 * Root stays root of the host; anybody else becomes root in a user namespace with one id, where
 * what needs more (NEEDS_ROOT) counts as skipped.
 */
#pragma once

#include "base/buf.h"
#include "base/cleanup.h"
#include "test.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>

enum { WORKSPACE_NOT_ALLOWED = 77, WORKSPACE_ROOT_ONLY, WORKSPACE_SECONDS = 60 };

static bool workspace_is_root;

static inline bool workspace_write(const char *path, const char *text)
{
    auto_fd fd = open(path, O_WRONLY | O_CLOEXEC);

    return fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
}

static inline bool workspace_become_root(void)
{
    char uids[32], gids[32];

    snprintf(uids, sizeof uids, "0 %u 1", geteuid());
    snprintf(gids, sizeof gids, "0 %u 1", getegid());
    return unshare(CLONE_NEWUSER) == 0 && workspace_write("/proc/self/setgroups", "deny") &&
           workspace_write("/proc/self/uid_map", uids) &&
           workspace_write("/proc/self/gid_map", gids);
}

static inline void workspace_settle(const char *path)
{
    test_failed = false;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    alarm(WORKSPACE_SECONDS);
    umask(027); /* no mode may depend on it */
    workspace_is_root = geteuid() == 0;
    if ((!workspace_is_root && !workspace_become_root()) || unshare(CLONE_NEWNS) < 0)
        _exit(WORKSPACE_NOT_ALLOWED);
    EXPECT(mount("none", "/", NULL, MS_PRIVATE | MS_REC, NULL) == 0);
    EXPECT(mount("tmpfs", path, "tmpfs", 0, "mode=755") == 0);
    EXPECT(chdir(path) == 0);
}

static inline bool workspace_enter(void)
{
    char path[] = "/tmp/lade-test-XXXXXX";
    int status = 0;
    pid_t pid;

    EXPECT(mkdtemp(path) == path);
    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        workspace_settle(path);
        return true;
    }
    EXPECT(pid > 0 && waitpid(pid, &status, 0) == pid);
    EXPECT(rmdir(path) == 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == WORKSPACE_NOT_ALLOWED)
        test_skipped = "user namespaces are not available";
    else if (WIFEXITED(status) && WEXITSTATUS(status) == WORKSPACE_ROOT_ONLY)
        test_skipped = "only root can do this";
    else if (status != 0)
        printf("# the child ended with status 0x%x\n", status);
    test_failed |= status != 0 && !test_skipped;
    return false;
}

static inline void workspace_end(void)
{
    fflush(stdout);
    exit(test_failed); /* not _exit: it is where leaks are looked for and coverage is kept */
}

#define IN_WORKSPACE for (; workspace_enter(); workspace_end())

#define NEEDS_ROOT                                                                                 \
    do {                                                                                           \
        if (!workspace_is_root)                                                                    \
            _exit(WORKSPACE_ROOT_ONLY);                                                            \
    } while (0)

/* A new directory of the workspace, open. */
static inline int workspace_dir(const char *name)
{
    int fd;

    EXPECT(mkdir(name, 0755) == 0 && chmod(name, 0755) == 0);
    fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    EXPECT(fd >= 0);
    return fd;
}

/* A file with a text. */
static inline void workspace_file(const char *name, const char *text)
{
    auto_fd fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    EXPECT(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
}
