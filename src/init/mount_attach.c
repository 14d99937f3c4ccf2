// SPDX-License-Identifier: Apache-2.0
/* mount_attach.c - mounts are built detached and then attached to a looked-up target (P4). */
#include "init/init.h"

#include "base/fmt.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/stat.h>
#include <sys/mount.h>
#include <sys/stat.h>

#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif
#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif

enum { NOSYMFOLLOW = 256 }; /* MS_NOSYMFOLLOW, Linux 5.10 */

/* MOUNT_ATTR_* as mount(2) spells them, for kernels before 5.12 and filters without mount_setattr.
 */
static unsigned long legacy_flags(uint64_t attr)
{
    static const struct {
        uint64_t attr;
        unsigned long flag;
    } pairs[] = {
        { MOUNT_ATTR_RDONLY, MS_RDONLY },         { MOUNT_ATTR_NOSUID, MS_NOSUID },
        { MOUNT_ATTR_NODEV, MS_NODEV },           { MOUNT_ATTR_NOEXEC, MS_NOEXEC },
        { MOUNT_ATTR_NODIRATIME, MS_NODIRATIME }, { MOUNT_ATTR_NOSYMFOLLOW, NOSYMFOLLOW },
    };
    unsigned long flags = 0;

    for (unsigned i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        if (attr & pairs[i].attr)
            flags |= pairs[i].flag;
    if ((attr & MOUNT_ATTR__ATIME) == MOUNT_ATTR_NOATIME)
        flags |= MS_NOATIME;
    else if ((attr & MOUNT_ATTR__ATIME) == MOUNT_ATTR_STRICTATIME)
        flags |= MS_STRICTATIME;
    return flags;
}

unsigned long mount_flags(int fd)
{
    long words[32] = { 0 };

#ifdef __NR_fstatfs64
    SYS_3(__NR_fstatfs64, fd, 84, words);
    return (unsigned long)words[15];
#else
    SYS_2(__NR_fstatfs, fd, words);
    return (unsigned long)words[10]; /* f_flags */
#endif
}

/* Flags that the mount has already and a bind remount would drop. */
static unsigned long current_flags(int fd)
{
    unsigned long flags = mount_flags(fd);

    /* ST_RDONLY, NOSUID, NODEV, NOEXEC, NOATIME and NODIRATIME have the numbers of MS_*. */
    return (flags & (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME)) |
           (flags & 0x1000 /* ST_RELATIME */ ? MS_RELATIME
            : flags & MS_NOATIME             ? 0
                                             : MS_STRICTATIME) |
           (flags & 0x2000 /* ST_NOSYMFOLLOW */ ? NOSYMFOLLOW : 0);
}

static unsigned long change_flags(unsigned long flags, uint64_t set, uint64_t clear)
{
    flags &= ~legacy_flags(clear & ~(uint64_t)MOUNT_ATTR__ATIME);
    if (clear & MOUNT_ATTR__ATIME) {
        flags &= ~(unsigned long)(MS_NOATIME | MS_RELATIME | MS_STRICTATIME);
        if ((set & MOUNT_ATTR__ATIME) == MOUNT_ATTR_RELATIME)
            flags |= MS_RELATIME;
    }
    return flags | legacy_flags(set);
}

/* "27 1 254:0 / / rw…": does a line of mountinfo, fed byte by byte, have this second number? */
struct parents {
    uint64_t wanted, number;
    unsigned field;
    bool found;
};

static void parents_feed(struct parents *p, char c)
{
    if (c == '\n') {
        *p = (struct parents){ .wanted = p->wanted, .found = p->found };
    } else if (c == ' ') {
        p->found |= p->field == 1 && p->number == p->wanted;
        p->number = 0;
        p->field++;
    } else if (p->field < 2) {
        p->number = p->number * 10 + (uint64_t)(c - '0');
    }
}

/* Are there mounts below the one that fd is the root of? When in doubt, yes. */
static bool has_mounts_below(int fd)
{
    int info = bare_openat(AT_FDCWD, "/proc/self/mountinfo", O_RDONLY | O_CLOEXEC, 0);
    struct parents p = { 0 };
    struct statx st;
    char text[1024];
    long n = -1;

    if (info >= 0 && SYS_5(__NR_statx, fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &st) == 0 &&
        (st.stx_mask & STATX_MNT_ID)) {
        p.wanted = st.stx_mnt_id;
        while ((n = bare_read(info, text, sizeof text)) > 0)
            for (long i = 0; i < n; i++)
                parents_feed(&p, text[i]);
    }
    bare_close(info);
    return n < 0 || p.found;
}

/* path: how mount(2) can call the mount whose root fd is. */
static long set_legacy(int fd, const char *path, uint64_t set, uint64_t clear, uint64_t propagation,
                       bool recursive)
{
    long rc = 0;

    if (set || clear) {
        unsigned long flags = change_flags(current_flags(fd), set, clear);

        if (recursive && has_mounts_below(fd))
            return -EOPNOTSUPP; /* one remount can't reach the tree below */
        rc = SYS_5(__NR_mount, "none", path, NULL, MS_REMOUNT | MS_BIND | flags, NULL);
    }
    if (rc == 0 && propagation)
        rc = SYS_5(__NR_mount, "none", path, NULL, propagation | (recursive ? MS_REC : 0), NULL);
    return rc;
}

/* Attributes and propagation of the mount whose root fd is, or of its whole tree. A legacy kernel
 * can do this only once it is attached: callers set before attaching and fall back after it. It
 * can't set attributes of a tree with mounts below the first: then nothing is set. */
int mount_set(int fd, uint64_t set, uint64_t clear, uint64_t propagation, bool recursive)
{
    char path[32];

    fmt(path, sizeof path, "/proc/self/fd/%d", fd);
    return mount_set_at(fd, path, set, clear, propagation, recursive);
}

int mount_set_at(int fd, const char *path, uint64_t set, uint64_t clear, uint64_t propagation,
                 bool recursive)
{
    struct mount_attr attr = { .attr_set = set, .attr_clr = clear, .propagation = propagation };
    long rc;

    if (!set && !clear && !propagation)
        return 0;
    rc = sys_mount_setattr(fd, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), &attr);
    if (rc == -ENOSYS || rc == -EPERM) {
        long legacy = set_legacy(fd, path, set, clear, propagation, recursive);

        if (rc == -ENOSYS || legacy == 0)
            rc = legacy;
    }
    return (int)rc;
}

bool mount_is_directory(int fd)
{
    struct bare_stat st;

    return bare_fstat(fd, &st) == 0 && S_ISDIR(st.mode);
}

int mount_onto(int tree, int target)
{
    long rc =
        sys_move_mount(tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);

    /* A file over a directory or the reverse: as mount(2) says it, and engines expect it. */
    if (rc == -EINVAL && mount_is_directory(tree) != mount_is_directory(target))
        rc = -ENOTDIR;
    return (int)rc;
}

int mount_clone(int dirfd, const char *path, bool recursive)
{
    return (int)sys_open_tree(dirfd, path,
                              OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH |
                                  (recursive ? AT_RECURSIVE : 0));
}

static long configure_flag(int fs, const char *key)
{
    return sys_fsconfig(fs, FSCONFIG_SET_FLAG, key, NULL, 0);
}

/* Superblock flags have names in the new interface. */
static long configure_superblock(int fs, uint32_t set, uint32_t clear)
{
    static const struct {
        unsigned long flag;
        const char *on, *off;
    } names[] = {
        { MS_SYNCHRONOUS, "sync", "async" }, { MS_DIRSYNC, "dirsync", NULL },
        { MS_MANDLOCK, "mand", "nomand" },   { MS_LAZYTIME, "lazytime", "nolazytime" },
        { MS_RDONLY, "ro", "rw" },
    };
    long rc = 0;

    if (set & (MS_SILENT | MS_I_VERSION))
        return -EINVAL; /* only mount(2) knows them */
    for (unsigned i = 0; i < sizeof names / sizeof names[0] && rc >= 0; i++) {
        if (set & names[i].flag)
            rc = configure_flag(fs, names[i].on);
        else if ((clear & names[i].flag) && names[i].off)
            rc = configure_flag(fs, names[i].off);
    }
    return rc;
}

/* "size=65536k,mode=755": each becomes one fsconfig call. Text in quotes or with escapes is left to
 * mount(2), where the filesystem or its security module splits it. */
static long configure_data(int fs, const char *data)
{
    while (data && *data) {
        char option[512];
        unsigned n = 0, value = 0;
        long rc;

        for (; data[n] && data[n] != ','; n++) {
            if (n + 1 >= sizeof option)
                return -E2BIG;
            if (data[n] == '"' || data[n] == '\\')
                return -EINVAL;
            option[n] = data[n];
            if (data[n] == '=' && !value) {
                option[n] = '\0';
                value = n + 1;
            }
        }
        option[n] = '\0';
        rc = value   ? sys_fsconfig(fs, FSCONFIG_SET_STRING, option, option + value, 0)
             : n > 0 ? configure_flag(fs, option)
                     : 0;
        if (rc < 0)
            return rc;
        data += n + (data[n] == ',');
    }
    return 0;
}

static long configure(int fs, const struct mount_new *m)
{
    long rc = configure_superblock(fs, m->sb_set, m->sb_clear);

    if (rc >= 0)
        rc = configure_data(fs, m->data);
    if (rc >= 0 && m->label)
        rc = sys_fsconfig(fs, FSCONFIG_SET_STRING, m->label_option, m->label, 0);
    return rc;
}

int mount_detached(const struct mount_new *m)
{
    long fs = sys_fsopen(m->type, FSOPEN_CLOEXEC), rc;

    if (fs < 0)
        return (int)fs;
    rc = m->source ? sys_fsconfig((int)fs, FSCONFIG_SET_STRING, "source", m->source, 0) : 0;
    if (rc >= 0)
        rc = configure((int)fs, m);
    if (rc >= 0)
        rc = sys_fsconfig((int)fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
    if (rc >= 0)
        rc = sys_fsmount((int)fs, FSMOUNT_CLOEXEC, (unsigned)m->attributes);
    bare_close((int)fs);
    return (int)rc;
}

enum { MOUNT_DATA_MAX = 4096 };

/* A label has commas of its own, so it stands in quotes here. Longer data would be cut off without
 * a word: a layer less, or an option. */
static const char *legacy_data(const struct mount_new *m, char *room, struct err *e)
{
    const char *data = m->data ? m->data : "";
    size_t length = m->label ? fmt(room, MOUNT_DATA_MAX, "%s%s%s=\"%s\"", data, *data ? "," : "",
                                   m->label_option, m->label)
                             : fmt(room, MOUNT_DATA_MAX, "%s", data);

    if (length >= MOUNT_DATA_MAX) {
        err_os(e, E2BIG, "mount %s: options of %u bytes", m->type, (unsigned)length);
        return NULL;
    }
    return room;
}

int mount_change(int fd, const struct mount_new *m, struct err *e)
{
    char path[32], room[MOUNT_DATA_MAX];
    long fs = sys_fspick(fd, "", FSPICK_EMPTY_PATH | FSPICK_CLOEXEC), rc = fs;
    unsigned long flags;
    const char *data;

    if (fs >= 0) {
        rc = configure((int)fs, m);
        if (rc >= 0)
            rc = sys_fsconfig((int)fs, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0);
        bare_close((int)fs);
    }
    if (rc >= 0)
        return 0;
    data = legacy_data(m, room, e);
    if (!data)
        return -e->code;
    /* mount(2) would take "ro" for the superblock's, which may be the host's. */
    flags = current_flags(fd);
    if (flags & MS_RDONLY)
        return err_os(e, rc, "reconfigure what is mounted read-only");
    fmt(path, sizeof path, "/proc/self/fd/%d", fd);
    rc = SYS_5(__NR_mount, "none", path, NULL, MS_REMOUNT | flags | m->sb_set, data);
    return rc < 0 ? err_os(e, rc, "remount") : 0;
}

/* mount(2) gives no descriptor, so the place is looked up again; only a mount's root will do. */
static int reopen_mount(struct init *in, const char *destination, const char *type, struct err *e)
{
    int fd = path_open(in->rootfs, destination, 0);
    struct statx st;

    if (fd < 0)
        return err_os(e, fd, "reopen %s", type);
    if (SYS_5(__NR_statx, fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &st) < 0 ||
        !(st.stx_attributes & STATX_ATTR_MOUNT_ROOT)) {
        bare_close(fd);
        return err_set(e, ERR_BUSY, "the place of %s was changed meanwhile", type);
    }
    return fd;
}

/*
 * Mount a filesystem on target. The new interface first; mount(2) on the looked-up target knows
 * what it does not (silent, iversion, strings over 255 bytes) and serves where filters forbid it.
 * Returns the root of the new mount.
 */
int mount_filesystem(struct init *in, const struct mount_new *m, int target, struct err *e)
{
    char path[32], room[MOUNT_DATA_MAX];
    long fd = mount_detached(m), rc;
    const char *data;

    if (fd >= 0) {
        rc = mount_onto((int)fd, target);
        if (rc < 0) {
            bare_close((int)fd);
            return err_os(e, rc, "move_mount %s", m->type);
        }
        return (int)fd;
    }
    data = legacy_data(m, room, e);
    if (!data)
        return -e->code;
    fmt(path, sizeof path, "/proc/self/fd/%d", target);
    rc = SYS_5(__NR_mount, m->source ? m->source : m->type, path, m->type,
               m->sb_set | legacy_flags(m->attributes), data);
    if (rc < 0)
        return err_os(e, rc, "mount %s", m->type);
    return reopen_mount(in, m->destination, m->type, e);
}
