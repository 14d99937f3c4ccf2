// SPDX-License-Identifier: Apache-2.0
/* test_generate.c - the starter configuration, and one that an engine wrote. */
#include "test.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "config/generate.h"
#include "config/golden_dir.h"
#include "config/spec.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>

static struct spec *generated(bool rootless, uint32_t uid, uint32_t gid)
{
    auto_buf b = { 0 };
    struct spec *s = NULL;
    struct err e = { 0 };

    EXPECT(spec_generate(rootless, uid, gid, &b, &e) == 0);
    EXPECT(spec_parse(b.data, b.len, &s, &e) == 0);
    EXPECT_STR(e.text, "");
    return s;
}

static uint32_t namespaces_of(const struct spec *s)
{
    uint32_t flags = 0;

    for (size_t i = 0; i < s->linux_.namespace_count; i++)
        flags |= s->linux_.namespaces[i].flag;
    return flags;
}

static const struct spec_mount *mount_at(const struct spec *s, const char *destination)
{
    static const struct spec_mount none = { .type = "", .source = "" };

    for (size_t i = 0; i < s->mount_count; i++)
        if (strcmp(s->mounts[i].destination, destination) == 0)
            return &s->mounts[i];
    return &none;
}

static bool has_string(const struct spec_strings *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], text) == 0)
            return true;
    return false;
}

TEST(the_starter_runs_a_shell_without_privileges_to_gain)
{
    cleanup(spec_freep) struct spec *s = generated(false, 7, 7);
    const uint64_t mask = UINT64_C(1) << CAP_AUDIT_WRITE | UINT64_C(1) << CAP_KILL |
                          UINT64_C(1) << CAP_NET_BIND_SERVICE;

    if (!s)
        return;
    EXPECT_STR(s->oci_version, "1.3.0");
    EXPECT_STR(s->hostname, "davit");
    EXPECT_STR(s->root_path, "rootfs");
    EXPECT_STR(s->process.args.items[0], "sh");
    EXPECT_STR(s->process.cwd, "/");
    EXPECT(s->root_readonly && s->process.terminal && s->process.no_new_privileges);
    EXPECT(s->process.capabilities.bounding == mask && s->process.capabilities.effective == mask &&
           s->process.capabilities.permitted == mask && s->process.capabilities.ambient == 0 &&
           s->process.capabilities.inheritable == 0);
    EXPECT(namespaces_of(s) == (CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS |
                                CLONE_NEWNS | CLONE_NEWCGROUP));
    EXPECT(s->linux_.uid_mapping_count == 0 && s->linux_.resources.device_count == 1);
    EXPECT(!s->linux_.resources.devices[0].allow);
    EXPECT(has_string(&mount_at(s, "/dev/pts")->options, "gid=5"));
    EXPECT_STR(mount_at(s, "/sys")->type, "sysfs");
    EXPECT(s->warnings.count == 0);
}

TEST(the_rootless_starter_maps_the_caller)
{
    cleanup(spec_freep) struct spec *s = generated(true, 1000, 4294967294);

    if (!s)
        return;
    EXPECT(namespaces_of(s) == (CLONE_NEWPID | CLONE_NEWUSER | CLONE_NEWIPC | CLONE_NEWUTS |
                                CLONE_NEWNS | CLONE_NEWCGROUP));
    EXPECT(s->linux_.uid_mapping_count == 1 && s->linux_.uid_mappings[0].host_id == 1000 &&
           s->linux_.uid_mappings[0].container_id == 0 && s->linux_.uid_mappings[0].size == 1);
    EXPECT(s->linux_.gid_mapping_count == 1 && s->linux_.gid_mappings[0].host_id == 4294967294);
    EXPECT(!s->linux_.has_resources);
    EXPECT(!has_string(&mount_at(s, "/dev/pts")->options, "gid=5"));
    EXPECT_STR(mount_at(s, "/sys")->source, "/sys");
    EXPECT(has_string(&mount_at(s, "/sys")->options, "rbind"));
}

TEST(both_starters_hide_what_leaks_from_the_host)
{
    static const char *const masked[] = {
        "/proc/acpi",        "/proc/asound",  "/proc/interrupts",
        "/proc/kcore",       "/proc/keys",    "/proc/latency_stats",
        "/proc/sched_debug", "/proc/scsi",    "/proc/timer_list",
        "/proc/timer_stats", "/sys/firmware", "/sys/devices/virtual/powercap",
    };
    static const char *const readonly[] = {
        "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
    };

    for (int rootless = 0; rootless < 2; rootless++) {
        cleanup(spec_freep) struct spec *s = generated(rootless, 0, 0);

        if (!s)
            return;
        EXPECT(s->linux_.masked_paths.count == ARRAY_SIZE(masked));
        for (size_t i = 0; i < ARRAY_SIZE(masked); i++)
            EXPECT(has_string(&s->linux_.masked_paths, masked[i]));
        EXPECT(s->linux_.readonly_paths.count == ARRAY_SIZE(readonly));
        for (size_t i = 0; i < ARRAY_SIZE(readonly); i++)
            EXPECT(has_string(&s->linux_.readonly_paths, readonly[i]));
        EXPECT(has_string(&mount_at(s, "/sys")->options, "ro"));
        EXPECT(has_string(&mount_at(s, "/sys/fs/cgroup")->options, "ro"));
    }
}

TEST(reads_what_podman_writes)
{
    cleanup(spec_freep) struct spec *s = NULL;
    auto_fd fd = open(GOLDEN_DIR "/podman", O_PATH | O_DIRECTORY | O_CLOEXEC);
    struct err e = { 0 };

    EXPECT(spec_load(fd, "config.json", &s, &e) == 0);
    EXPECT_STR(e.text, "");
    if (!s)
        return;
    EXPECT_STR(s->process.args.items[0], "/bin/true");
    EXPECT(s->mount_count == 6 && s->annotation_count == 8 && s->linux_.sysctl_count == 1);
    EXPECT(s->linux_.seccomp && s->linux_.seccomp->rule_count > 10 &&
           s->linux_.seccomp->architectures.count == 3);
    EXPECT(namespaces_of(s) ==
           (CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNS));
    EXPECT(s->warnings.count == 0);
}

TEST_MAIN()
