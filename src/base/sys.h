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
#include <stddef.h>
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

/* From the beginning of the file: on 32-bit processors an offset is two registers, of which the
 * first has an even number. */
static inline long sys_pread_start(int fd, void *to, size_t size)
{
    return sys_call(__NR_pread64, fd, (long)to, (long)size, 0, 0, 0);
}

/* 32-bit processors have the offset in pages; ours is always 0. */
#ifdef __NR_mmap2
#define SYS_NR_MMAP __NR_mmap2
#else
#define SYS_NR_MMAP __NR_mmap
#endif

/* The address, or -errno; an address may be negative, too, but is below -4095. */
static inline long sys_mmap(size_t size, int protection, int flags, int fd)
{
    return sys_call(SYS_NR_MMAP, 0, (long)size, protection, flags, fd, 0);
}

static inline long sys_clone3(const struct clone_args *args, unsigned long size)
{
    return SYS_2(__NR_clone3, args, size);
}

/*
 * A thread of this process that runs fn(arg) on the given stack (its end, 16-byte aligned); fn must
 * not return. flags: CLONE_VM | CLONE_THREAD | CLONE_SIGHAND, and what else is shared.
 */
#if defined(__x86_64__)
static inline long sys_thread(unsigned long flags, void *stack, void (*fn)(void *), void *arg)
{
    register void (*run)(void *) __asm__("r12") = fn;
    register void *with __asm__("r13") = arg;
    register long r10 __asm__("r10") = 0;
    register long r8 __asm__("r8") = 0;
    long ret;

    __asm__ volatile("syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jnz 1f\n\t"
                     "xor %%ebp, %%ebp\n\t"
                     "mov %%r13, %%rdi\n\t"
                     "call *%%r12\n"
                     "1:"
                     : "=a"(ret)
                     : "a"(__NR_clone), "D"(flags), "S"(stack), "d"(0), "r"(r10), "r"(r8), "r"(run),
                       "r"(with)
                     : "rcx", "r11", "memory");
    return ret;
}
#elif defined(__aarch64__)
static inline long sys_thread(unsigned long flags, void *stack, void (*fn)(void *), void *arg)
{
    register void (*run)(void *) __asm__("x20") = fn;
    register void *with __asm__("x21") = arg;
    register long x8 __asm__("x8") = __NR_clone;
    register long x0 __asm__("x0") = (long)flags;
    register void *x1 __asm__("x1") = stack;
    register long x2 __asm__("x2") = 0;
    register long x3 __asm__("x3") = 0;
    register long x4 __asm__("x4") = 0;

    __asm__ volatile("svc 0\n\t"
                     "cbnz x0, 1f\n\t"
                     "mov x29, #0\n\t"
                     "mov x0, x21\n\t"
                     "blr x20\n"
                     "1:"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(run), "r"(with)
                     : "memory");
    return x0;
}
#elif defined(__arm__)
static inline long sys_thread(unsigned long flags, void *stack, void (*fn)(void *), void *arg)
{
    register void (*run)(void *) __asm__("r8") = fn;
    register void *with __asm__("r9") = arg;
    register long r7 __asm__("r7") = __NR_clone;
    register long r0 __asm__("r0") = (long)flags;
    register void *r1 __asm__("r1") = stack;
    register long r2 __asm__("r2") = 0;
    register long r3 __asm__("r3") = 0;
    register long r4 __asm__("r4") = 0;

    __asm__ volatile("svc 0\n\t"
                     "cmp r0, #0\n\t"
                     "bne 1f\n\t"
                     "mov r0, r9\n\t"
                     "blx r8\n"
                     "1:"
                     : "+r"(r0)
                     : "r"(r7), "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(run), "r"(with)
                     : "memory", "cc");
    return r0;
}
#endif
