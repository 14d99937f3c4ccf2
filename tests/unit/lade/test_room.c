// SPDX-License-Identifier: Apache-2.0
/* test_room.c - memory limits of cgroups, in both versions. */
#include "store_place.h"

#include "lade/stream/room.h"

static void limit(const struct place *p, const char *folder, const char *file, const char *text)
{
    char path[256];

    for (const char *slash = folder; slash; slash = strchr(slash + 1, '/')) {
        snprintf(path, sizeof path, "%s/%.*s", p->path, (int)(slash - folder), folder);
        mkdir(path, 0755);
    }
    snprintf(path, sizeof path, "%s/%s", p->path, folder);
    mkdir(path, 0755);
    snprintf(path, sizeof path, "%s/%s/%s", p->path, folder, file);
    write_file(path, text);
}

TEST(the_least_limit_on_the_way_up_counts)
{
    auto_place p = new_place();

    limit(&p, "a/b/c", "memory.max", "max\n");
    limit(&p, "a/b", "memory.max", "5000000\n");
    limit(&p, "a", "memory.max", "9000000\n");
    EXPECT(room_cgroup_limit("0::/a/b/c\n", p.path) == 5000000);
    EXPECT(room_cgroup_limit("0::/a\n", p.path) == 9000000);
    EXPECT(room_cgroup_limit("0::/\n", p.path) == UINT64_MAX);
    limit(&p, ".", "memory.max", "7000\n");
    EXPECT(room_cgroup_limit("0::/\n", p.path) == 7000);
    EXPECT(room_cgroup_limit("0::/gone/from/here\n", p.path) == 7000);
}

TEST(version_1_has_a_hierarchy_of_its_own)
{
    auto_place p = new_place();

    limit(&p, "memory/a", "memory.limit_in_bytes", "9223372036854771712\n");
    limit(&p, "memory/a/b", "memory.limit_in_bytes", "25165824\n");
    EXPECT(room_cgroup_limit("12:cpu,cpuacct:/\n5:memory:/a/b\n1:name=systemd:/a\n0::/a/b\n",
                             p.path) == 25165824);
    EXPECT(room_cgroup_limit("5:memory:/a\n", p.path) == 9223372036854771712U);
}

TEST(what_is_no_line_is_no_limit)
{
    auto_place p = new_place();

    EXPECT(room_cgroup_limit("", p.path) == UINT64_MAX);
    EXPECT(room_cgroup_limit("\n:\n::\n0:\nx", p.path) == UINT64_MAX);
}

TEST(little_can_be_asked_for)
{
    room_ask_for_little();
    EXPECT(room_is_small());
}

TEST_MAIN()
