// SPDX-License-Identifier: Apache-2.0
/* device_program.c - attaching the device program of a v2 cgroup, and changing it for another. */
#include "cgroup/device_change.h"

#include "base/cleanup.h"
#include "base/sys.h"
#include "cgroup/dir.h"

#include <errno.h>
#include <string.h>

enum { PROGRAMS_MAX = 64 }; /* the kernel's limit for one cgroup */

static const char program_name[] = "davit_devices";

static int bpf(int command, union bpf_attr *attr)
{
    return (int)SYS_3(__NR_bpf, command, attr, sizeof *attr);
}

/* replaced: the program whose place it takes, or -1. */
static int attach(int dir, int prog, int replaced)
{
    union bpf_attr attr = { 0 };

    attr.target_fd = (unsigned)dir;
    attr.attach_bpf_fd = (unsigned)prog;
    attr.attach_type = BPF_CGROUP_DEVICE;
    attr.attach_flags = BPF_F_ALLOW_MULTI; /* what is above or below us has its say too */
    if (replaced >= 0) {
        attr.attach_flags |= BPF_F_REPLACE;
        attr.replace_bpf_fd = (unsigned)replaced;
    }
    return bpf(BPF_PROG_ATTACH, &attr);
}

static int detach(int dir, int prog)
{
    union bpf_attr attr = { 0 };

    attr.target_fd = (unsigned)dir;
    attr.attach_bpf_fd = (unsigned)prog;
    attr.attach_type = BPF_CGROUP_DEVICE;
    return bpf(BPF_PROG_DETACH, &attr);
}

static int load(const struct cgroup_writes *w, struct err *e)
{
    union bpf_attr attr = { 0 };
    int fd = -EAGAIN;

    attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
    attr.insns = (uintptr_t)w->device_insns;
    attr.insn_cnt = (unsigned)w->device_insn_count;
    attr.license = (uintptr_t) "Apache-2.0";
    memcpy(attr.prog_name, program_name, sizeof program_name);
    /* The verifier gives up with EAGAIN when a signal is pending. */
    for (int i = 0; i < 5 && fd == -EAGAIN; i++)
        fd = bpf(BPF_PROG_LOAD, &attr);
    return fd < 0 ? err_os(e, fd, "linux.resources.devices: load the device program") : fd;
}

/* The container's v2 directory. */
static int open_directory(const struct cgroup *cg, const char **ret_path, struct err *e)
{
    unsigned i = 0;
    int dir;

    while (i < cg->count && !(cg->v2[i] && cg->dirs[i]))
        i++;
    if (i == cg->count)
        return err_set(e, ERR_UNSUPPORTED, "linux.resources.devices: there is no v2 cgroup");
    *ret_path = cg->dirs[i];
    dir = cgroup_dir_open(cg->dirs[i]);
    return dir < 0 ? err_os(e, dir, "linux.resources.devices: open cgroup '%s'", cg->dirs[i]) : dir;
}

int cgroup_program_attach(const struct cgroup *cg, const struct cgroup_writes *writes,
                          struct err *e)
{
    const char *path = NULL;
    auto_fd dir = open_directory(cg, &path, e), prog = -EBADF;
    int rc;

    TRY(dir);
    prog = load(writes, e);
    TRY(prog);
    rc = attach(dir, prog, -1);
    if (rc < 0)
        return err_os(e, rc, "linux.resources.devices: attach the device program to '%s'", path);
    return 0;
}

/* A descriptor of the program if it is ours, else -1. */
static int open_own(uint32_t id)
{
    union bpf_attr attr = { 0 };
    struct bpf_prog_info info = { 0 };
    auto_fd prog = -EBADF;

    attr.prog_id = id;
    prog = bpf(BPF_PROG_GET_FD_BY_ID, &attr);
    if (prog < 0)
        return -1;
    attr = (union bpf_attr){ 0 };
    attr.info.bpf_fd = (unsigned)prog;
    attr.info.info_len = sizeof info;
    attr.info.info = (uintptr_t)&info;
    if (bpf(BPF_OBJ_GET_INFO_BY_FD, &attr) < 0 || strcmp(info.name, program_name) != 0)
        return -1;
    return take_fd(&prog);
}

/* The program that davit attached to this cgroup, or -1. */
static int find_own(int dir, struct err *e)
{
    union bpf_attr attr = { 0 };
    uint32_t ids[PROGRAMS_MAX] = { 0 };
    int rc, own = -1;

    attr.query.target_fd = (unsigned)dir;
    attr.query.attach_type = BPF_CGROUP_DEVICE;
    attr.query.prog_ids = (uintptr_t)ids;
    attr.query.prog_cnt = PROGRAMS_MAX;
    rc = bpf(BPF_PROG_QUERY, &attr);
    if (rc < 0)
        return err_os(e, rc, "linux.resources.devices: list the device programs");
    for (uint32_t i = 0; i < attr.query.prog_cnt && i < PROGRAMS_MAX && own < 0; i++)
        own = open_own(ids[i]);
    return own;
}

int cgroup_program_replace(const struct cgroup *cg, const struct cgroup_writes *writes,
                           struct err *e)
{
    const char *path = NULL;
    auto_fd dir = open_directory(cg, &path, e), old = -EBADF, prog = -EBADF;
    int rc;

    TRY(dir);
    old = find_own(dir, e);
    if (old < -1)
        return old;
    if (writes->no_device_program) {
        rc = old < 0 ? 0 : detach(dir, old);
    } else {
        prog = load(writes, e);
        TRY(prog);
        rc = attach(dir, prog, old);
    }
    if (rc < 0)
        return err_os(e, rc, "linux.resources.devices: change the device program of '%s'", path);
    return 0;
}
