// SPDX-License-Identifier: Apache-2.0
/* test_below.c - which sub-cgroups exec --cgroup means, on every kind of host. */
#include "base/buf.h"
#include "base/cleanup.h"
#include "hosts.h"
#include "test.h"

#include <stdlib.h>

/* "0=a 2=b", or the error. wishes: separated by blanks. */
static char *below(struct cgroup_host host, const char *wishes)
{
    cleanup(cgroup_done) struct cgroup cg = { 0 };
    const char *ret[CGROUP_HIERARCHIES_MAX] = { NULL };
    const char *list[8] = { NULL };
    auto_free char *copy = strdup(wishes);
    char *rest = copy, *word;
    auto_buf text = { 0 };
    struct err e = { 0 };
    size_t n = 0;

    while ((word = strsep(&rest, " ")) && n < ARRAY_SIZE(list) - 1)
        list[n++] = word;
    EXPECT(cgroup_locate(&host, "/x", "c1", &cg, &e) == 0);
    if (cgroup_below(&cg, &host, list, ret, &e) < 0)
        return strdup(e.text);
    buf_puts(&text, "");
    for (unsigned i = 0; i < cg.count; i++)
        if (ret[i])
            buf_printf(&text, "%s%u=%s", text.len ? " " : "", i, ret[i]);
    return take_ptr(text.data);
}

#define EXPECT_BELOW(host, wishes, want)                                                           \
    do {                                                                                           \
        auto_free char *got = below(host, wishes);                                                 \
        EXPECT_STR(got, want);                                                                     \
    } while (0)

TEST(a_path_is_for_all_hierarchies)
{
    EXPECT_BELOW(host_v2(), "a/b", "0=a/b");
    EXPECT_BELOW(host_v2(), "//a/b/", "0=a/b/");
    EXPECT_BELOW(host_v2(), "/", "0=.");
    EXPECT_BELOW(host_hybrid(), "sub", "0=sub 1=sub 2=sub");
}

TEST(a_controller_says_which)
{
    EXPECT_BELOW(host_v1(), "memory:a", "0=a");
    EXPECT_BELOW(host_v1(), "cpuacct:/a", "1=a");
    EXPECT_BELOW(host_v1(), "cpu,cpuacct,pids:/a", "1=a 2=a");
    EXPECT_BELOW(host_v1(), "memory:a pids:b name=systemd:c", "0=a 2=b 6=c");
    EXPECT_BELOW(host_v1(), "memory:a:b", "0=a:b");
    EXPECT_BELOW(host_v1(), "memory:", "0=.");
    EXPECT_BELOW(host_hybrid(), "hugetlb:v2 memory:v1", "0=v1 2=v2");
    EXPECT_BELOW(host_v2(), "memory:a", "0=a");
}

TEST(what_names_no_hierarchy_or_one_twice_is_refused)
{
    EXPECT_BELOW(host_v1(), "cpus:a", "--cgroup 'cpus:a': the container has no controller 'cpus'");
    EXPECT_BELOW(host_v1(), "cp:a", "--cgroup 'cp:a': the container has no controller 'cp'");
    EXPECT_BELOW(host_v1(), ":a", "--cgroup ':a': the container has no controller ''");
    EXPECT_BELOW(host_v1(), "cpu,:a", "--cgroup 'cpu,:a': the container has no controller ''");
    EXPECT_BELOW(host_v1(), "cpu:a cpuacct:b",
                 "--cgroup 'cpuacct:b' and another one name the same hierarchy");
    EXPECT_BELOW(host_v2(), "a b", "--cgroup 'b' and another one name the same hierarchy");
}

TEST_MAIN()
