// SPDX-License-Identifier: Apache-2.0
/* process.c - a process's identity: number, start time and boot (P14); and how far it is. */
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

/* The kernel sets it in clone() and clears it in execve(), and shows it to everybody: unlike the
 * name and the arguments it can't be set by the process, and unlike its executable it can be read
 * of one that is undumpable. ps prints it as F 1. */
enum { PF_FORKNOEXEC = 0x40 };

struct stat_line {
    char state;           /* field 3 */
    unsigned long flags;  /* field 9 */
    uint64_t start_ticks; /* field 22 */
};

/* Where field n begins; p is at field 3. */
static const char *field(const char *p, int n)
{
    for (int at = 3; at < n && p; at++) {
        p = strchr(p, ' ');
        if (p)
            p++;
    }
    return p;
}

/* The name in parentheses, field 2, may hold anything, also ")". */
static int read_stat(pid_t pid, struct stat_line *ret)
{
    const char *p, *start;
    char path[40], text[1024];
    ssize_t n;

    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    n = read_small(path, text, sizeof text);
    if (n < 0)
        return (int)n;
    p = strrchr(text, ')');
    if (!p || p[1] != ' ')
        return -EPROTO;
    p += 2;
    start = field(p, 22);
    if (!start)
        return -EPROTO;
    *ret = (struct stat_line){ .state = *p,
                               .flags = strtoul(field(p, 9), NULL, 10),
                               .start_ticks = strtoull(start, NULL, 10) };
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
    struct stat_line stat;
    int rc = read_stat(pid, &stat);

    if (rc < 0)
        return err_os(e, rc, "read /proc/%d/stat", pid);
    rc = read_boot_id(p.boot_id, sizeof p.boot_id);
    if (rc < 0)
        return err_os(e, rc, "read boot_id");
    p.start_time = stat.start_ticks;
    *ret = p;
    return 0;
}

enum process_life state_process_life(const struct state_process *p)
{
    char boot[sizeof p->boot_id];
    struct stat_line stat;

    if (p->pid <= 0 || read_boot_id(boot, sizeof boot) < 0 || strcmp(boot, p->boot_id) ||
        read_stat(p->pid, &stat) < 0 || stat.start_ticks != p->start_time || stat.state == 'Z' ||
        stat.state == 'X')
        return PROCESS_GONE;
    return stat.flags & PF_FORKNOEXEC ? PROCESS_CLONED : PROCESS_EXECUTED;
}

int state_process_open(const struct state_process *p)
{
    auto_fd fd = p->pid > 0 ? (int)sys_pidfd_open(p->pid, 0) : -ESRCH;

    if (fd < 0)
        return fd == -EINVAL ? -ESRCH : fd;
    /* After the pidfd is ours: if the times agree now, it is of that process. */
    return state_process_life(p) == PROCESS_GONE ? -ESRCH : take_fd(&fd);
}
