// SPDX-License-Identifier: Apache-2.0
/* room.c - looking at the machine's memory and at cgroups. */
#include "lade/stream/room.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/sysinfo.h>

static const uint64_t SMALL = 128 << 20;

static bool asked;

void room_ask_for_little(void)
{
    asked = true;
}

/* "max" and files that are not there are no limit. */
static uint64_t read_limit(const char *folder, const char *file)
{
    auto_free char *text = NULL;
    char path[PATH_MAX], *end;
    struct err unused;
    uint64_t limit;
    size_t len;

    if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, file) >= sizeof path ||
        file_read(AT_FDCWD, path, 64, &text, &len, &unused) < 0)
        return UINT64_MAX;
    limit = strtoull(text, &end, 10);
    return end == text ? UINT64_MAX : limit;
}

/* Of the cgroup and all above it, up to the mount; a container may see only that. */
static uint64_t least_limit(const char *mount, const char *path, size_t len, const char *file)
{
    char folder[PATH_MAX];
    size_t top = strlen(mount);
    uint64_t least = UINT64_MAX;

    if ((size_t)snprintf(folder, sizeof folder, "%s%.*s", mount, (int)len, path) >= sizeof folder)
        return least;
    for (char *slash = folder + strlen(folder); slash; slash = strrchr(folder, '/')) {
        uint64_t limit;

        *slash = '\0';
        if (strlen(folder) < top)
            break;
        limit = read_limit(folder, file);
        if (limit < least)
            least = limit;
    }
    return least;
}

/* "0::/a" is of version 2, "5:memory:/a" of version 1. */
uint64_t room_cgroup_limit(const char *text, const char *root)
{
    uint64_t least = UINT64_MAX;

    for (const char *p = text; *p; p += strcspn(p, "\n"), p += *p == '\n') {
        const char *names = strchr(p, ':'), *path = names ? strchr(names + 1, ':') : NULL;
        size_t end = strcspn(p, "\n");
        char mount[64];
        uint64_t limit = UINT64_MAX;

        if (!path || path >= p + end)
            continue;
        snprintf(mount, sizeof mount, "%.40s/memory", root);
        if (path == names + 1)
            limit = least_limit(root, path + 1, (size_t)(p + end - path - 1), "memory.max");
        else if (strncmp(names, ":memory:", 8) == 0)
            limit =
                least_limit(mount, path + 1, (size_t)(p + end - path - 1), "memory.limit_in_bytes");
        if (limit < least)
            least = limit;
    }
    return least;
}

bool room_is_small(void)
{
    auto_free char *text = NULL;
    struct sysinfo info;
    struct err unused;
    size_t len;

    if (asked || (sysinfo(&info) == 0 && (uint64_t)info.totalram * info.mem_unit < SMALL))
        return true;
    return file_read(AT_FDCWD, "/proc/self/cgroup", 64 << 10, &text, &len, &unused) == 0 &&
           room_cgroup_limit(text, "/sys/fs/cgroup") < SMALL;
}
