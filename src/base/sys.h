// SPDX-License-Identifier: Apache-2.0
/*
 * sys.h - system calls without a C library, for code that runs after clone() and for calls that
 * libc does not wrap. Each returns the kernel's answer: the result or a negative errno.
 *
 * This is the only place with constants that older kernel headers lack.
 */
#pragma once

#include "base/sys_call.h"

#include <asm/unistd.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <stdint.h>

/* Newer than the oldest headers we build with (Linux 5.10, Debian 11). */
#ifndef MOUNT_ATTR_NOSYMFOLLOW
#define MOUNT_ATTR_NOSYMFOLLOW 0x00200000
#endif
#ifndef MOUNT_ATTR_IDMAP
#define MOUNT_ATTR_IDMAP 0x00100000
#endif
#ifndef MOVE_MOUNT_SET_GROUP
#define MOVE_MOUNT_SET_GROUP 0x00000100
#endif
#ifndef __NR_mount_setattr
#define __NR_mount_setattr 442
#endif
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif
#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif
#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 0x0020
#endif
#ifndef CLONE_INTO_CGROUP
#define CLONE_INTO_CGROUP 0x200000000ULL
#endif
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

#define SYS_0(n)             sys_call(n, 0, 0, 0, 0, 0, 0)
#define SYS_1(n, a)          sys_call(n, (long)(a), 0, 0, 0, 0, 0)
#define SYS_2(n, a, b)       sys_call(n, (long)(a), (long)(b), 0, 0, 0, 0)
#define SYS_3(n, a, b, c)    sys_call(n, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define SYS_4(n, a, b, c, d) sys_call(n, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define SYS_5(n, a, b, c, d, e)                                                                    \
    sys_call(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)

/* Calls that glibc 2.31 to 2.36 or musl do not wrap, used on both sides of clone(). */
static inline long sys_openat2(int dirfd, const char *path, const struct open_how *how)
{
    return SYS_4(__NR_openat2, dirfd, path, how, sizeof *how);
}

static inline long sys_open_tree(int dirfd, const char *path, unsigned flags)
{
    return SYS_3(__NR_open_tree, dirfd, path, flags);
}

static inline long sys_move_mount(int from, const char *from_path, int to, const char *to_path,
                                  unsigned flags)
{
    return SYS_5(__NR_move_mount, from, from_path, to, to_path, flags);
}

static inline long sys_mount_setattr(int dirfd, const char *path, unsigned flags,
                                     const struct mount_attr *attr)
{
    return SYS_5(__NR_mount_setattr, dirfd, path, flags, attr, sizeof *attr);
}

static inline long sys_fsopen(const char *type, unsigned flags)
{
    return SYS_2(__NR_fsopen, type, flags);
}

static inline long sys_fsconfig(int fd, unsigned cmd, const char *key, const void *value, int aux)
{
    return SYS_5(__NR_fsconfig, fd, cmd, key, value, aux);
}

static inline long sys_fsmount(int fd, unsigned flags, unsigned attrs)
{
    return SYS_3(__NR_fsmount, fd, flags, attrs);
}

static inline long sys_fspick(int dirfd, const char *path, unsigned flags)
{
    return SYS_3(__NR_fspick, dirfd, path, flags);
}

static inline long sys_close_range(unsigned first, unsigned last, unsigned flags)
{
    return SYS_3(__NR_close_range, first, last, flags);
}

static inline long sys_pidfd_open(int pid, unsigned flags)
{
    return SYS_2(__NR_pidfd_open, pid, flags);
}

static inline long sys_pidfd_send_signal(int pidfd, int sig)
{
    return SYS_4(__NR_pidfd_send_signal, pidfd, sig, 0, 0);
}

static inline long sys_clone3(const struct clone_args *args, unsigned long size)
{
    return SYS_2(__NR_clone3, args, size);
}
