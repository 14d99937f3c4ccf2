// SPDX-License-Identifier: Apache-2.0
/* sysctl.c - names of kernel parameters and the namespace that each belongs to. */
#include "config/sysctl.h"

#include "base/cleanup.h"
#include "base/sys.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static const struct {
    const char *path; /* with a final '/': everything below */
    uint32_t flag;
} owners[] = {
    { "net/", CLONE_NEWNET },
    { "user/", CLONE_NEWUSER },
    { "fs/mqueue/", CLONE_NEWIPC },
    { "kernel/msgmax", CLONE_NEWIPC },
    { "kernel/msgmnb", CLONE_NEWIPC },
    { "kernel/msgmni", CLONE_NEWIPC },
    { "kernel/sem", CLONE_NEWIPC },
    { "kernel/shmall", CLONE_NEWIPC },
    { "kernel/shmmax", CLONE_NEWIPC },
    { "kernel/shmmni", CLONE_NEWIPC },
    { "kernel/shm_rmid_forced", CLONE_NEWIPC },
    { "kernel/domainname", CLONE_NEWUTS },
};

static bool components_are_plain(const char *path)
{
    for (;; path++) {
        size_t n = strcspn(path, "/");

        if (n == 0 || (n == 1 && path[0] == '.') || (n == 2 && path[0] == '.' && path[1] == '.'))
            return false;
        path += n;
        if (!*path)
            return true;
    }
}

int sysctl_path(const char *name, char *ret, size_t size)
{
    char separator = name[strcspn(name, "./")];
    size_t n = strlen(name);

    if (n >= size)
        return -EINVAL;
    for (size_t i = 0; i <= n; i++) {
        unsigned char c = (unsigned char)name[i];

        if (c == 0x7f || (c <= ' ' && c != '\0'))
            return -EINVAL;
        ret[i] = separator == '.' && c == '.' ? '/' : separator == '.' && c == '/' ? '.' : name[i];
    }
    return components_are_plain(ret) ? (int)n : -EINVAL;
}

uint32_t sysctl_namespace(const char *path)
{
    for (size_t i = 0; i < ARRAY_SIZE(owners); i++) {
        size_t n = strlen(owners[i].path);

        if (owners[i].path[n - 1] == '/' ? strncmp(path, owners[i].path, n) == 0
                                         : strcmp(path, owners[i].path) == 0)
            return owners[i].flag;
    }
    return 0;
}
