// SPDX-License-Identifier: Apache-2.0
/* process.c - a process's identity: number, start time and boot (P14). */
#include "state/state.h"

#include "base/cleanup.h"
#include "base/sys.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static ssize_t read_small(const char *path, char *ret, size_t size)
{
    auto_fd fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, ret, size - 1);

    if (n < 0)
        return -errno;
    ret[n] = '\0';
    return n;
}

/* Field 22, and the state in field 3. The name in parentheses may hold anything, also ")". */
static int read_stat(pid_t pid, uint64_t *ret_start, char *ret_state)
{
    char path[40], text[1024], *p;
    ssize_t n;

    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    n = read_small(path, text, sizeof text);
    if (n < 0)
        return (int)n;
    p = strrchr(text, ')');
    if (!p || p[1] != ' ')
        return -EPROTO;
    p += 2;
    *ret_state = *p;
    for (int field = 3; field < 22 && p; field++) {
        p = strchr(p, ' ');
        if (p)
            p++;
    }
    if (!p)
        return -EPROTO;
    *ret_start = strtoull(p, NULL, 10);
    return 0;
}

static int read_boot_id(char *ret, size_t size)
{
    ssize_t n = read_small("/proc/sys/kernel/random/boot_id", ret, size);

    if (n < 0)
        return (int)n;
    ret[strcspn(ret, "\n")] = '\0';
    return 0;
}

int state_process_read(pid_t pid, struct state_process *ret, struct err *e)
{
    struct state_process p = { .pid = pid };
    char state;
    int rc = read_stat(pid, &p.start_time, &state);

    if (rc < 0)
        return err_os(e, rc, "read /proc/%d/stat", pid);
    rc = read_boot_id(p.boot_id, sizeof p.boot_id);
    if (rc < 0)
        return err_os(e, rc, "read boot_id");
    *ret = p;
    return 0;
}

bool state_process_lives(const struct state_process *p)
{
    char boot[sizeof p->boot_id], state = 'X';
    uint64_t start = 0;

    return p->pid > 0 && read_boot_id(boot, sizeof boot) == 0 && !strcmp(boot, p->boot_id) &&
           read_stat(p->pid, &start, &state) == 0 && start == p->start_time && state != 'Z' &&
           state != 'X';
}

int state_process_open(const struct state_process *p)
{
    auto_fd fd = p->pid > 0 ? (int)sys_pidfd_open(p->pid, 0) : -ESRCH;

    if (fd < 0)
        return fd == -EINVAL ? -ESRCH : fd;
    /* After the pidfd is ours: if the times agree now, it is of that process. */
    return state_process_lives(p) ? take_fd(&fd) : -ESRCH;
}
