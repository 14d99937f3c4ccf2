// SPDX-License-Identifier: Apache-2.0
/* oom.c - being told when a container runs out of memory: by an eventfd on v1, by poll() on v2. */
#include "cgroup/cgroup.h"

#include "base/cleanup.h"
#include "cgroup/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>

void cgroup_oom_done(struct cgroup_oom *oom)
{
    if (!oom->v2)
        cleanup_fd(&oom->fd);
    oom->fd = -1;
    cleanup_fd(&oom->file);
}

/* The file from its beginning. Reading is also what makes poll() wait for the next change. */
static bool read_again(int file, char *ret, size_t size)
{
    ssize_t n = pread(file, ret, size - 1, 0);

    if (n < 0)
        return false;
    ret[n] = '\0';
    return true;
}

/* "oom_kill 3" among the lines of memory.events */
static uint64_t kills_in(const char *events)
{
    const char *at = strstr(events, "\noom_kill ");

    return at ? strtoull(at + 10, NULL, 10) : 0;
}

static int open_v1(int dir, struct cgroup_oom *oom)
{
    char text[32];

    oom->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (oom->fd < 0)
        return -errno;
    snprintf(text, sizeof text, "%d %d", oom->fd, oom->file);
    return cgroup_file_write(dir, "cgroup.event_control", text);
}

int cgroup_oom_open(const struct cgroup_host *host, const struct cgroup *cg, struct cgroup_oom *ret,
                    struct err *e)
{
    cleanup(cgroup_oom_done) struct cgroup_oom oom = { .fd = -1, .file = -EBADF };
    int i = cgroup_find_controller(host, "memory", "memory"), rc = 0;
    auto_fd dir = -EBADF;
    char text[512];

    if (i >= 0 && cg->dirs[i]) {
        const char *file = cg->v2[i] ? "memory.events" : "memory.oom_control";

        oom.v2 = cg->v2[i];
        oom.events = oom.v2 ? POLLPRI : POLLIN;
        dir = cgroup_dir_open(cg->dirs[i]);
        oom.file = dir < 0 ? dir : cgroup_dir_openat(dir, file, O_RDONLY);
        if (oom.file < 0)
            return err_os(e, oom.file, "watch '%s' of cgroup '%s'", file, cg->dirs[i]);
        if (oom.v2)
            oom.fd = oom.file;
        else
            rc = open_v1(dir, &oom);
        if (rc < 0)
            return err_os(e, rc, "watch '%s' of cgroup '%s'", file, cg->dirs[i]);
        if (oom.v2 && read_again(oom.file, text, sizeof text))
            oom.seen = kills_in(text);
    }
    *ret = oom;
    oom = (struct cgroup_oom){ .fd = -1, .file = -EBADF };
    return 0;
}

static bool happened_v1(const struct cgroup_oom *oom)
{
    uint64_t count;
    char text[128];

    /* The eventfd also speaks when the cgroup goes away; then the file can't be read. */
    return read(oom->fd, &count, sizeof count) == sizeof count &&
           read_again(oom->file, text, sizeof text);
}

bool cgroup_oom_happened(struct cgroup_oom *oom)
{
    uint64_t before = oom->seen;
    char text[512];

    if (oom->fd < 0)
        return false;
    if (!oom->v2)
        return happened_v1(oom);
    if (read_again(oom->file, text, sizeof text))
        oom->seen = kills_in(text);
    return oom->seen > before;
}
