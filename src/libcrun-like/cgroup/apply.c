// SPDX-License-Identifier: Apache-2.0
/* apply.c - writing a container's limits into its directories. */
#include "cgroup/cgroup.h"

#include "base/cleanup.h"
#include "base/sys.h"
#include "cgroup/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

/* What was written to last: limits come grouped by directory, device rules by file. */
struct cursor {
    const struct cgroup *cg;
    const char *file_name;
    unsigned hierarchy;
    int dir, file;
};

static void cursor_done(struct cursor *c)
{
    cleanup_fd(&c->file);
    cleanup_fd(&c->dir);
}

static int move_to(struct cursor *c, const struct cgroup_write *w)
{
    if (c->dir < 0 || c->hierarchy != w->hierarchy) {
        cursor_done(c);
        if (w->hierarchy >= c->cg->count || !c->cg->dirs[w->hierarchy])
            return -ENOENT;
        c->dir = cgroup_dir_open(c->cg->dirs[w->hierarchy]);
        c->hierarchy = w->hierarchy;
        if (c->dir < 0)
            return c->dir;
    }
    if (c->file < 0 || strcmp(c->file_name, w->file) != 0) {
        cleanup_fd(&c->file);
        c->file = cgroup_dir_openat(c->dir, w->file, O_WRONLY);
        c->file_name = w->file;
    }
    return c->file < 0 ? c->file : 0;
}

static int put(struct cursor *c, const struct cgroup_write *w)
{
    size_t len = strlen(w->value);
    ssize_t n;

    TRY(move_to(c, w));
    do {
        n = write(c->file, w->value, len);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return -errno;
    return (size_t)n == len ? 0 : -EIO;
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

static int explain(int rc, const struct cgroup_write *w, struct err *e)
{
    if (rc >= 0 || w->optional || (rc == -ENOENT && holds_without_file(w)))
        return 0;
    if (rc == -ENOENT)
        return err_os(e, rc, "%s: open '%s'", w->where, w->file);
    return err_os(e, rc, "%s: write '%s' to '%s'", w->where, w->value, w->file);
}

/* Some limits come in pairs that the kernel checks against each other (limit and memsw, period and
 * quota). Where old values stand, the first can be impossible until the second is written. */
static bool are_pair(const struct cgroup_write *a, const struct cgroup_write *b)
{
    static const char *const PAIRS[][2] = {
        { "memory.limit_in_bytes", "memory.memsw.limit_in_bytes" },
        { "cpu.cfs_period_us", "cpu.cfs_quota_us" },
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
        int rc = put(&c, w);

        if (rc == -EINVAL && i + 1 < writes->count && are_pair(w, w + 1)) {
            TRY(explain(put(&c, w + 1), w + 1, e));
            rc = put(&c, w);
            i++;
        }
        TRY(explain(rc, w, e));
    }
    return writes->device_insns ? apply_devices(cg, writes, e) : 0;
}
