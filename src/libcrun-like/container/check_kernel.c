// SPDX-License-Identifier: Apache-2.0
/* check_kernel.c - which calls this kernel, and the filter we may be under, have for us. */
#include "container/check.h"

#include "base/sys.h"

#include <errno.h>
#include <sys/utsname.h>

#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif

/* Calls that fail for their arguments where they are there: nothing can come of them. */
static long probe_openat2(void)
{
    return SYS_4(__NR_openat2, -1, "x", NULL, 0);
}

static long probe_open_tree(void)
{
    return sys_open_tree(-1, "x", 0);
}

static long probe_move_mount(void)
{
    return sys_move_mount(-1, "x", -1, "x", ~0U);
}

static long probe_fsopen(void)
{
    return SYS_2(__NR_fsopen, NULL, ~0U);
}

static long probe_mount_setattr(void)
{
    return SYS_5(__NR_mount_setattr, -1, "x", 0, NULL, 0);
}

static long probe_clone3(void)
{
    return SYS_2(__NR_clone3, NULL, 0);
}

static long probe_close_range(void)
{
    return sys_close_range(1, 0, 0);
}

static long probe_pidfd_open(void)
{
    return sys_pidfd_open(-1, 0);
}

static const struct {
    const char *name;
    long (*probe)(void);
    const char *without; /* ARCHITECTURE, "Without a call" */
} calls[] = {
    { "openat2", probe_openat2, "paths are walked component by component" },
    { "open_tree", probe_open_tree, "no container can be made" },
    { "move_mount", probe_move_mount, "no container can be made" },
    { "fsopen", probe_fsopen, "file systems are mounted by mount(2)" },
    { "mount_setattr", probe_mount_setattr, "no recursive attributes, idmaps or mounts add" },
    { "clone3", probe_clone3, "clone; the process joins its cgroup by itself" },
    { "close_range", probe_close_range, "descriptors are closed one by one" },
    { "pidfd_open", probe_pidfd_open, "no verb can signal a container" },
};

void check_kernel(struct buf *b)
{
    struct utsname name;

    if (uname(&name) == 0)
        check_add(b, "kernel", "release", name.release, "");
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        long rc = calls[i].probe();
        bool there = rc != -ENOSYS && rc != -EPERM;

        check_add(b, "kernel", calls[i].name,
                  there           ? "yes"
                  : rc == -ENOSYS ? "no"
                                  : "forbidden",
                  there ? "" : calls[i].without);
    }
}
