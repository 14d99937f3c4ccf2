// SPDX-License-Identifier: Apache-2.0
/* apply.c - writing a container's limits into its directories. */
#include "cgroup/cgroup.h"

#include "base/cleanup.h"
#include "base/sys.h"
#include "cgroup/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* What was written to last: limits come grouped by directory, device rules by file. */
struct cursor {
    const struct cgroup *cg;
    const char *file_name;
    unsigned hierarchy;
    int dir, file;
    bool in_other; /* the last write went into its other file */
};

static void cursor_done(struct cursor *c)
{
    cleanup_fd(&c->file);
    cleanup_fd(&c->dir);
}

static int move_to(struct cursor *c, unsigned hierarchy)
{
    if (c->dir >= 0 && c->hierarchy == hierarchy)
        return 0;
    cursor_done(c);
    if (hierarchy >= c->cg->count || !c->cg->dirs[hierarchy])
        return -ENOENT;
    c->dir = cgroup_dir_open(c->cg->dirs[hierarchy]);
    c->hierarchy = hierarchy;
    return c->dir < 0 ? c->dir : 0;
}

static int put_text(struct cursor *c, unsigned hierarchy, const char *file, const char *text)
{
    size_t len = strlen(text);
    ssize_t n;

    TRY(move_to(c, hierarchy));
    if (c->file < 0 || strcmp(c->file_name, file) != 0) {
        cleanup_fd(&c->file);
        c->file = cgroup_dir_openat(c->dir, file, O_WRONLY);
        c->file_name = file;
    }
    if (c->file < 0)
        return c->file;
    do {
        n = write(c->file, text, len);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return -errno;
    return (size_t)n == len ? 0 : -EIO;
}

/* EOPNOTSUPP: the device is not under the scheduler that the file belongs to. */
static int put(struct cursor *c, const struct cgroup_write *w)
{
    int rc = put_text(c, w->hierarchy, w->file, w->value), other;

    c->in_other = false;
    if (!w->other_file || (rc != -ENOENT && rc != -EOPNOTSUPP))
        return rc;
    other = put_text(c, w->hierarchy, w->other_file, w->other_value);
    c->in_other = other != -ENOENT;
    return c->in_other ? other : rc;
}

/* A swap limit can hold without a file for it: when it says unlimited, or when the kernel was built
 * without swap. */
static bool holds_without_file(const struct cgroup_write *w)
{
    if (strcmp(w->where, "linux.resources.memory.swap") != 0)
        return false;
    return strcmp(w->value, "max") == 0 || strcmp(w->value, "-1") == 0 ||
           (access("/proc/swaps", F_OK) < 0 && errno == ENOENT);
}

static int explain(const struct cursor *c, int rc, const struct cgroup_write *w, struct err *e)
{
    if (rc >= 0 || w->optional || (rc == -ENOENT && (w->if_there || holds_without_file(w))))
        return 0;
    if (rc == -ENOENT)
        return err_os(e, rc, "%s: open '%s'", w->where, w->file);
    return err_os(e, rc, "%s: write '%s' to '%s'", w->where,
                  c->in_other ? w->other_value : w->value, c->in_other ? w->other_file : w->file);
}

/* The number in a file; a word ("max") is none, which is more than any number. */
static int read_number(struct cursor *c, const struct cgroup_write *w, const char *file,
                       unsigned long long *ret, struct err *e)
{
    char text[64], *end;
    int rc = move_to(c, w->hierarchy);

    if (rc >= 0)
        rc = cgroup_file_read(c->dir, file, text, sizeof text);
    if (rc < 0)
        return err_os(e, rc, "%s: read '%s'", w->where, file);
    *ret = strtoull(text, &end, 10);
    if (end == text)
        *ret = ULLONG_MAX;
    return 0;
}

/* config-linux.md, memory.checkBeforeUpdate. */
static int check_usage(struct cursor *c, const struct cgroup_write *w, struct err *e)
{
    unsigned long long used, limit = strtoull(w->value, NULL, 10);

    if (!w->usage || w->value[0] < '0' || w->value[0] > '9')
        return 0;
    TRY(read_number(c, w, w->usage, &used, e));
    if (used <= limit)
        return 0;
    return err_set(e, ERR_INVALID, "%s: %llu is below the %llu bytes in use", w->where, limit,
                   used);
}

static int check_kept(struct cursor *c, const struct cgroup_write *w, struct err *e)
{
    unsigned long long now;

    if (!w->kept)
        return 0;
    TRY(read_number(c, w, w->file, &now, e));
    if (now <= strtoull(w->value, NULL, 10))
        return 0;
    return err_set(e, ERR_UNSUPPORTED, "%s: this kernel takes '%s' and keeps no limit", w->where,
                   w->file);
}

/* Some limits come in pairs that the kernel checks against each other (limit and memsw, quota and
 * burst). Where old values stand, the first can be impossible until the second is written. */
static bool are_pair(const struct cgroup_write *a, const struct cgroup_write *b)
{
    static const char *const PAIRS[][2] = {
        { "memory.limit_in_bytes", "memory.memsw.limit_in_bytes" },
        { "cpu.shares", "cpu.idle" },
        { "cpu.weight", "cpu.idle" },
        { "cpu.cfs_period_us", "cpu.cfs_quota_us" },
        { "cpu.cfs_quota_us", "cpu.cfs_burst_us" },
        { "cpu.max", "cpu.max.burst" },
        { "cpu.rt_period_us", "cpu.rt_runtime_us" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(PAIRS); i++)
        if (strcmp(a->file, PAIRS[i][0]) == 0 && strcmp(b->file, PAIRS[i][1]) == 0)
            return true;
    return false;
}

static int attach(int dir, int prog)
{
    union bpf_attr attr = { 0 };

    attr.target_fd = (unsigned)dir;
    attr.attach_bpf_fd = (unsigned)prog;
    attr.attach_type = BPF_CGROUP_DEVICE;
    attr.attach_flags = BPF_F_ALLOW_MULTI; /* what is above or below us has its say too */
    return (int)SYS_3(__NR_bpf, BPF_PROG_ATTACH, &attr, sizeof attr);
}

static int load(const struct cgroup_writes *w)
{
    union bpf_attr attr = { 0 };
    int fd;

    attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
    attr.insns = (uintptr_t)w->device_insns;
    attr.insn_cnt = (unsigned)w->device_insn_count;
    attr.license = (uintptr_t) "Apache-2.0";
    memcpy(attr.prog_name, "davit_devices", sizeof "davit_devices");
    /* The verifier gives up with EAGAIN when a signal is pending. */
    for (int i = 0; i < 5; i++) {
        fd = (int)SYS_3(__NR_bpf, BPF_PROG_LOAD, &attr, sizeof attr);
        if (fd != -EAGAIN)
            break;
    }
    return fd;
}

static int apply_devices(const struct cgroup *cg, const struct cgroup_writes *w, struct err *e)
{
    auto_fd dir = -EBADF, prog = -EBADF;
    unsigned i = 0;
    int rc;

    while (i < cg->count && !(cg->v2[i] && cg->dirs[i]))
        i++;
    if (i == cg->count)
        return err_set(e, ERR_UNSUPPORTED, "linux.resources.devices: there is no v2 cgroup");
    dir = cgroup_dir_open(cg->dirs[i]);
    if (dir < 0)
        return err_os(e, dir, "linux.resources.devices: open cgroup '%s'", cg->dirs[i]);
    prog = load(w);
    if (prog < 0)
        return err_os(e, prog, "linux.resources.devices: load the device program");
    rc = attach(dir, prog);
    if (rc < 0)
        return err_os(e, rc, "linux.resources.devices: attach the device program to '%s'",
                      cg->dirs[i]);
    return 0;
}

int cgroup_apply(const struct cgroup *cg, const struct cgroup_writes *writes, struct err *e)
{
    cleanup(cursor_done) struct cursor c = { .cg = cg, .dir = -EBADF, .file = -EBADF };

    if (cg->count == 0)
        return 0;
    for (size_t i = 0; i < writes->count; i++) {
        const struct cgroup_write *w = &writes->items[i];
        int rc;

        TRY(check_usage(&c, w, e));
        rc = put(&c, w);
        if (rc == -EINVAL && i + 1 < writes->count && are_pair(w, w + 1)) {
            TRY(explain(&c, put(&c, w + 1), w + 1, e));
            rc = put(&c, w);
            i++;
        }
        TRY(explain(&c, rc, w, e));
        TRY(check_kept(&c, w, e));
    }
    return writes->device_insns ? apply_devices(cg, writes, e) : 0;
}
