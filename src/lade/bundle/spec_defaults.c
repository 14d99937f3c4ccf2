// SPDX-License-Identifier: Apache-2.0
/* spec_defaults.c - the hardened profile that a bundle begins with. */
#include "lade/bundle/spec.h"

#include "lade/bundle/capability.h"

/* What tells of the host or reaches it, although /proc and /sys are the container's own. */
static const char *const masked[] = {
    "/proc/acpi",
    "/proc/asound",
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/kallsyms",
    "/proc/latency_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/sys/dev/block",
    "/sys/devices/virtual/powercap",
    "/sys/firmware",
    "/sys/fs/selinux",
    "/sys/kernel/debug",
    "/sys/kernel/tracing",
};

static const char *const read_only_paths[] = {
    "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
};

/* In this order: those below /dev after it. Options are separated by commas. */
static const struct {
    const char *destination, *type, *source, *options;
} mounts[] = {
    { "/proc", "proc", "proc", "nosuid,noexec,nodev" },
    { "/dev", "tmpfs", "tmpfs", "nosuid,noexec,strictatime,mode=755,size=65536k" },
    { "/dev/pts", "devpts", "devpts", "nosuid,noexec,newinstance,ptmxmode=0666,mode=0620,gid=5" },
    { "/dev/shm", "tmpfs", "shm", "nosuid,noexec,nodev,mode=1777,size=65536k" },
    { "/dev/mqueue", "mqueue", "mqueue", "nosuid,noexec,nodev" },
    { "/sys", "sysfs", "sysfs", "nosuid,noexec,nodev,ro" },
    { "/sys/fs/cgroup", "cgroup", "cgroup", "nosuid,noexec,nodev,relatime,ro" },
};

static int add_mounts(struct spec *s, struct err *e)
{
    for (size_t i = 0; i < sizeof mounts / sizeof mounts[0]; i++) {
        struct spec_mount m = { mounts[i].destination, mounts[i].type, mounts[i].source, { 0 } };

        TRY(texts_split(s->arena, &m.options, mounts[i].options, ',', e));
        TRY(spec_add_mount(s, &m, e));
    }
    return 0;
}

int spec_defaults(struct spec *s, struct err *e)
{
    s->cwd = "/";
    s->root = "rootfs";
    s->no_new_privileges = true;
    s->caps = capability_defaults;
    s->namespaces = SPEC_NS_PID | SPEC_NS_NETWORK | SPEC_NS_IPC | SPEC_NS_UTS | SPEC_NS_CGROUP;
    s->limits.pids = 2048; /* a fork bomb ends here; the most that engines use by default */
    TRY(spec_add_rlimit(s, &(struct spec_rlimit){ "RLIMIT_CORE", 0, 0 }, e));
    for (size_t i = 0; i < sizeof masked / sizeof masked[0]; i++)
        TRY(texts_add(s->arena, &s->masked, masked[i], e));
    for (size_t i = 0; i < sizeof read_only_paths / sizeof read_only_paths[0]; i++)
        TRY(texts_add(s->arena, &s->read_only_paths, read_only_paths[i], e));
    return add_mounts(s, e);
}
