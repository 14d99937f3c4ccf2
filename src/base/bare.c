// SPDX-License-Identifier: Apache-2.0
/* bare.c - the few C library jobs that code after clone() needs, on raw system calls. */
#include "base/bare.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/stat.h>
#include <linux/time_types.h>

#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif

unsigned bare_strlen(const char *s)
{
    unsigned n = 0;

    while (s[n])
        n++;
    return n;
}

int bare_strcmp(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return (unsigned char)*a - (unsigned char)*b;
}

bool bare_starts_with(const char *s, const char *prefix)
{
    while (*prefix)
        if (*s++ != *prefix++)
            return false;
    return true;
}

void bare_copy(void *to, const void *from, size_t n)
{
    unsigned char *t = to;
    const unsigned char *f = from;

    while (n--)
        *t++ = *f++;
}

void bare_zero(void *p, size_t n)
{
    /* volatile: or the compiler calls memset, which is not there. */
    volatile unsigned char *b = p;

    while (n--)
        *b++ = 0;
}

int bare_close(int fd)
{
    return fd < 0 ? 0 : (int)SYS_1(__NR_close, fd);
}

int bare_openat(int dirfd, const char *path, int flags, unsigned mode)
{
    long fd;

    do {
        fd = SYS_4(__NR_openat, dirfd, path, flags, mode);
    } while (fd == -EINTR);
    return (int)fd;
}

int bare_dup_cloexec(int fd)
{
    return (int)SYS_3(__NR_fcntl, fd, F_DUPFD_CLOEXEC, 3);
}

int bare_fstat(int fd, struct bare_stat *ret)
{
    struct statx st;
    long rc = SYS_5(__NR_statx, fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &st);

    if (rc < 0)
        return (int)rc;
    *ret = (struct bare_stat){
        .dev = (uint64_t)st.stx_dev_major << 32 | st.stx_dev_minor,
        .ino = st.stx_ino,
        .mode = st.stx_mode,
        .uid = st.stx_uid,
        .gid = st.stx_gid,
        .rdev_major = st.stx_rdev_major,
        .rdev_minor = st.stx_rdev_minor,
    };
    return 0;
}

long bare_fs_magic(int fd)
{
    /* struct statfs begins with f_type, a long, on every processor we know; 256 bytes hold it all.
     */
    long words[32];
    long rc;

#ifdef __NR_fstatfs64
    rc = SYS_3(__NR_fstatfs64, fd, 84, words);
#else
    rc = SYS_2(__NR_fstatfs, fd, words);
#endif
    return rc < 0 ? rc : words[0];
}

long bare_readlinkat(int dirfd, const char *path, char *buf, size_t size)
{
    return SYS_4(__NR_readlinkat, dirfd, path, buf, size);
}

int bare_mkdirat(int dirfd, const char *path, unsigned mode)
{
    return (int)SYS_3(__NR_mkdirat, dirfd, path, mode);
}

int bare_mknodat(int dirfd, const char *path, unsigned mode, unsigned dev)
{
    return (int)SYS_4(__NR_mknodat, dirfd, path, mode, dev);
}

long bare_read(int fd, void *buf, size_t n)
{
    long rc;

    do {
        rc = SYS_3(__NR_read, fd, buf, n);
    } while (rc == -EINTR);
    return rc;
}

long bare_write(int fd, const void *buf, size_t n)
{
    long rc;

    do {
        rc = SYS_3(__NR_write, fd, buf, n);
    } while (rc == -EINTR);
    return rc;
}

uint64_t bare_now_ns(void)
{
    struct __kernel_timespec ts = { 0 };

#ifdef __NR_clock_gettime64
    SYS_2(__NR_clock_gettime64, 1 /* CLOCK_MONOTONIC */, &ts);
#else
    SYS_2(__NR_clock_gettime, 1 /* CLOCK_MONOTONIC */, &ts);
#endif
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

unsigned bare_makedev(unsigned major, unsigned minor)
{
    return (minor & 0xff) | major << 8 | (minor & ~0xffu) << 12;
}
