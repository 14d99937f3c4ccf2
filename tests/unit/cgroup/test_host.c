// SPDX-License-Identifier: Apache-2.0
/* test_host.c - hosts as /proc shows them. */
#include "base/cleanup.h"
#include "cgroup/host.h"
#include "test.h"

#include <stdlib.h>

static const char HYBRID_CGROUP[] =
    "3:cpu,cpuacct:/box\n2:memory:/box\n1:name=systemd:/init\n0::/u\n";

/* "v2? mount controllers own" for each hierarchy */
static void describe(const char *mountinfo, const char *self, char *ret, size_t size)
{
    cleanup(cgroup_host_done) struct cgroup_host h = { .v2 = -1 };
    auto_file f = fmemopen((void *)mountinfo, strlen(mountinfo), "r");
    auto_free char *text = strdup(self);
    struct err e = { 0 };
    size_t used = 0;

    ret[0] = '\0';
    if (cgroup_host_parse(&h, f, text, &e) < 0) {
        snprintf(ret, size, "error: %s", e.text);
        return;
    }
    for (unsigned i = 0; i < h.count; i++)
        used += (size_t)snprintf(ret + used, size - used, "%s%s %s %s;", h.h[i].v2 ? "v2 " : "",
                                 h.h[i].mount, h.h[i].v2 ? "-" : h.h[i].controllers, h.h[i].own);
    EXPECT((h.v2 >= 0) == (strstr(ret, "v2 ") != NULL));
}

TEST(finds_hierarchies)
{
    static const struct {
        const char *what, *mountinfo, *self, *want;
    } rows[] = {
        { "hybrid",
          "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
          "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime shared:3 master:1 - cgroup cgroup "
          "rw,cpu,cpuacct\n"
          "33 31 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
          "34 31 0:31 / /sys/fs/cgroup/systemd rw - cgroup none rw,xattr,name=systemd\n"
          "35 31 0:32 / /sys/fs/cgroup/unified rw - cgroup2 none rw,nsdelegate\n",
          HYBRID_CGROUP,
          "/sys/fs/cgroup/cpu ,cpu,cpuacct, /box;/sys/fs/cgroup/memory ,memory, /box;"
          "/sys/fs/cgroup/systemd ,name=systemd, /init;v2 /sys/fs/cgroup/unified - /u;" },
        { "escapes", "32 31 0:29 / /a\\040b\\011c\\134d\\012 rw - cgroup cgroup rw,memory\n",
          "2:memory:/\n", "/a b\tc\\d\n ,memory, /;" },
        { "the first mount counts",
          "32 31 0:29 / /one rw - cgroup cgroup rw,memory\n"
          "33 31 0:29 / /two rw - cgroup cgroup rw,memory\n",
          "2:memory:/\n", "/one ,memory, /;" },
        { "a bind mount of our part is as good as the whole",
          "32 31 0:29 /other /one rw - cgroup cgroup rw,memory\n"
          "33 31 0:29 /docker/abc /two rw - cgroup cgroup rw,memory\n"
          "34 31 0:29 / /three rw - cgroup cgroup rw,memory\n",
          "2:memory:/docker/abc/x\n", "/two ,memory, /x;" },
        { "our part itself", "33 31 0:29 /docker/abc /m rw - cgroup cgroup rw,memory\n",
          "2:memory:/docker/abc\n", "/m ,memory, /;" },
        { "a name's beginning is not a part",
          "33 31 0:29 /docker/ab /m rw - cgroup cgroup rw,memory\n", "2:memory:/docker/abc\n", "" },
        { "a mount from above our cgroup namespace shows no own path",
          "33 31 0:29 /../.. /m rw - cgroup cgroup rw,memory\n", "2:memory:/\n", "/m ,memory, ;" },
        { "but a better one is preferred",
          "33 31 0:29 /.. /m rw - cgroup cgroup rw,memory\n"
          "34 31 0:29 / /n rw - cgroup cgroup rw,memory\n",
          "2:memory:/x\n", "/n ,memory, /x;" },
        { "colons in the path", "33 31 0:29 / /m rw - cgroup cgroup rw,memory\n",
          "2:memory:/slice:cri:id\n", "/m ,memory, /slice:cri:id;" },
        { "cpu is not cpuset", "33 31 0:29 / /m rw - cgroup cgroup rw,cpuset\n", "2:cpu:/\n", "" },
        { "nor cpuset cpu", "33 31 0:29 / /m rw - cgroup cgroup rw,cpu\n", "2:cpuset:/\n", "" },
        { "v2 only", "33 31 0:29 / /m rw - cgroup2 cgroup rw\n", "0::/a\n", "v2 /m - /a;" },
        { "no cgroups at all", "33 31 0:29 / / rw - ext4 /dev/vda rw\n", "", "" },
        { "damaged lines", "33 31 - cgroup\n\n - cgroup2 x\nnothing\n", "0::/\nx\n1:y\n", "" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        char got[1024];

        describe(rows[i].mountinfo, rows[i].self, got, sizeof got);
        if (strcmp(got, rows[i].want) != 0)
            printf("# %s\n", rows[i].what);
        EXPECT_STR(got, rows[i].want);
    }
}

TEST(stops_reading_after_the_last_hierarchy)
{
    static const char text[] = "33 31 0:29 / /m rw - cgroup2 cgroup rw\nunread\n";
    cleanup(cgroup_host_done) struct cgroup_host h = { .v2 = -1 };
    auto_file f = fmemopen((void *)text, sizeof text - 1, "r");
    char self[] = "0::/\n", rest[32] = "";
    struct err e = { 0 };

    EXPECT(cgroup_host_parse(&h, f, self, &e) == 0);
    EXPECT(fgets(rest, sizeof rest, f) != NULL);
    EXPECT_STR(rest, "unread\n");
}

TEST(refuses_more_hierarchies_than_it_can_hold)
{
    char self[1024] = "", got[256];

    for (int i = 0; i < CGROUP_HIERARCHIES_MAX + 1; i++)
        snprintf(self + strlen(self), sizeof self - strlen(self), "%d:name=n%d:/\n", i, i);
    describe("x\n", self, got, sizeof got);
    EXPECT_STR(got, "error: this host has more than 16 cgroup hierarchies");
}

TEST(finds_the_own_path_in_the_v2_tree)
{
    char hybrid[] = "2:memory:/box\n0::/a/b\n", v1[] = "2:memory:/box\n";

    EXPECT_STR(cgroup_host_own_v2(hybrid), "/a/b");
    EXPECT(cgroup_host_own_v2(v1) == NULL);
}

TEST(writes_controllers_as_a_list)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        { "cpuset cpu io\n", ",cpuset,cpu,io," },
        { "hugetlb", ",hugetlb," },
        { "\n", "," },
        { "", "," },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct arena a = { 0 };

        EXPECT_STR(cgroup_host_list(&a, rows[i].text), rows[i].want);
        arena_done(&a);
    }
}

TEST_MAIN()
