// SPDX-License-Identifier: Apache-2.0
/* test_journal.c - what undoes a write to a cgroup file, and finding a record's directories again.
 */
#include "base/cleanup.h"
#include "cgroup/journal.h"
#include "hosts.h"
#include "test.h"

TEST(undoes_every_kind_of_write)
{
    static const struct {
        const char *file, *value, *content, *undo_file, *undo;
    } rows[] = {
        { "memory.max", "5", "max\n", "memory.max", "max" },
        { "cpu.max", "5 10", "max 100000\n", "cpu.max", "max 100000" },
        { "cpuset.cpus", "0", "\n", "cpuset.cpus", "\n" },
        { "cpuset.cpus", "0", "", "cpuset.cpus", "\n" },
        { "memory.oom_control", "1", "oom_kill_disable 0\nunder_oom 0\n", "memory.oom_control",
          "0" },
        { "io.weight", "200", "default 100\n8:0 50\n", "io.weight", "default 100" },
        { "io.weight", "8:0 200", "default 100\n8:0 50\n", "io.weight", "8:0 50" },
        { "io.weight", "8:16 200", "default 100\n8:1 5\n", "io.weight", "8:16 default" },
        { "io.max", "8:0 rbps=5", "8:1 rbps=1\n8:0 rbps=max wbps=7 riops=max wiops=max\n", "io.max",
          "8:0 rbps=max wbps=7 riops=max wiops=max" },
        { "io.max", "8:0 rbps=5", "", "io.max", "8:0 rbps=max wbps=max riops=max wiops=max" },
        { "blkio.throttle.read_bps_device", "8:0 5", "8:0 600\n", "blkio.throttle.read_bps_device",
          "8:0 600" },
        { "blkio.throttle.read_bps_device", "8:0 5", "\n", "blkio.throttle.read_bps_device",
          "8:0 0" },
        { "rdma.max", "mlx4_0 hca_handle=2", "mlx4_1 hca_handle=max hca_object=3\n", "rdma.max",
          "mlx4_0 hca_handle=max hca_object=max" },
        { "net_prio.ifpriomap", "lo 5", "eth0 1\nlo 0\n", "net_prio.ifpriomap", "lo 0" },
        { "devices.allow", "c 1:3 rw", "", "devices.deny", "c 1:3 rw" },
        { "devices.deny", "c 1:3 rw", "", "devices.allow", "c 1:3 rw" },
        /* Going back to "everything, except" could give more than there was. */
        { "devices.deny", "a", "", "devices.deny", NULL },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const char *file = NULL;
        auto_free char *text =
            journal_undo_text(rows[i].file, rows[i].value, rows[i].content, &file);

        EXPECT_STR(text, rows[i].undo);
        EXPECT_STR(file, rows[i].undo_file);
    }
}

TEST(finds_recorded_directories_in_another_order)
{
    static char memory[] = "/sys/fs/cgroup/memory/box", v2[] = "/sys/fs/cgroup/unified/box";
    static char gone[] = "/sys/fs/cgroup/devices2/box";
    const struct cgroup recorded = {
        .dirs = { v2, NULL, gone, memory }, .v2 = { true }, .freezer = { [3] = true }, .count = 4
    };
    struct cgroup_host host = host_hybrid();
    struct cgroup cg;

    cgroup_match(&recorded, &host, &cg);
    EXPECT(cg.count == 3);
    EXPECT(cg.dirs[0] == memory && !cg.v2[0] && cg.freezer[0]);
    EXPECT(cg.dirs[1] == NULL);
    EXPECT(cg.dirs[2] == v2 && cg.v2[2] && !cg.freezer[2]);
}

TEST_MAIN()
