// SPDX-License-Identifier: Apache-2.0
/* test_locate.c - linux.cgroupsPath on every kind of host, and the record of what came out. */
#include "base/buf.h"
#include "base/cleanup.h"
#include "hosts.h"
#include "test.h"

#include <json-c/json.h>

static const char *locate(const struct cgroup_host *h, const char *path, struct cgroup *ret,
                          struct err *e)
{
    *e = (struct err){ 0 };
    if (cgroup_locate(h, path, "c1", ret, e) < 0)
        return e->text;
    return ret->dirs[0];
}

TEST(puts_the_path_where_the_specification_says)
{
    static const struct {
        const char *path, *want;
    } rows[] = {
        { NULL, "/sys/fs/cgroup/davit-c1" },
        { "", "/sys/fs/cgroup/davit-c1" },
        { "/a/b", "/sys/fs/cgroup/a/b" },
        { "//a/./b///c/", "/sys/fs/cgroup/a/b/c" },
        { "a/b", "/sys/fs/cgroup/user.slice/session-1.scope/a/b" },
        { "/system.slice:cri:id", "/sys/fs/cgroup/system.slice:cri:id" },
        { "/..a/b..", "/sys/fs/cgroup/..a/b.." },
        { "/", "linux.cgroupsPath '/' names no cgroup of its own" },
        { "./", "linux.cgroupsPath './' names no cgroup of its own" },
        { "/a/../b", "linux.cgroupsPath '/a/../b' contains '..'" },
        { "..", "linux.cgroupsPath '..' contains '..'" },
    };
    struct cgroup_host h = host_v2();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        cleanup(cgroup_done) struct cgroup cg = { 0 };
        struct err e;

        EXPECT_STR(locate(&h, rows[i].path, &cg, &e), rows[i].want);
        EXPECT(e.code || cg.mount_len[0] == strlen("/sys/fs/cgroup"));
    }
}

TEST(has_a_directory_in_every_hierarchy)
{
    cleanup(cgroup_done) struct cgroup cg = { 0 };
    struct cgroup_host h = host_v1();
    struct err e = { 0 };

    EXPECT(cgroup_locate(&h, "x", "c1", &cg, &e) == 0);
    EXPECT(cg.count == 11);
    EXPECT_STR(cg.dirs[0], "/sys/fs/cgroup/memory/box/x");
    EXPECT_STR(cg.dirs[1], "/sys/fs/cgroup/cpu,cpuacct/x");
    EXPECT_STR(cg.dirs[6], "/sys/fs/cgroup/name=systemd/a/b/x");
    for (unsigned i = 0; i < cg.count; i++) {
        EXPECT(cg.freezer[i] == (i == 4));
        EXPECT(cg.cpuset[i] == (i == 5));
        EXPECT(!cg.v2[i]);
    }
}

TEST(is_not_misled_by_an_own_cgroup_out_of_sight)
{
    static const struct {
        const char *own, *path, *want;
    } rows[] = {
        { "", "x",
          "linux.cgroupsPath is relative, but '/sys/fs/cgroup' does not show the own cgroup" },
        { "/../y", "x",
          "linux.cgroupsPath is relative, but '/sys/fs/cgroup' does not show the own cgroup" },
        { "", "/x", "/sys/fs/cgroup/x" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        cleanup(cgroup_done) struct cgroup cg = { 0 };
        struct cgroup_host h = host_v2();
        char own[16];
        struct err e;

        snprintf(own, sizeof own, "%s", rows[i].own);
        h.h[0].own = own;
        EXPECT_STR(locate(&h, rows[i].path, &cg, &e), rows[i].want);
    }
}

TEST(refuses_a_path_that_no_kernel_takes)
{
    cleanup(cgroup_done) struct cgroup cg = { 0 };
    struct cgroup_host h = host_v2();
    char path[5000];
    struct err e = { 0 };

    memset(path, 'x', sizeof path);
    path[0] = '/';
    path[sizeof path - 1] = '\0';
    EXPECT(cgroup_locate(&h, path, "c1", &cg, &e) == -ENAMETOOLONG);
    EXPECT_STR(e.text, "linux.cgroupsPath");
    EXPECT(cgroup_locate(&h, NULL, path, &cg, &e) == -ENAMETOOLONG);
    EXPECT(cg.count == 0);
}

TEST(without_hierarchies_everything_is_a_no_op)
{
    struct cgroup_host h = { .v2 = -1 };
    struct cgroup_writes none = { 0 };
    struct cgroup cg = { 0 };
    int procs[CGROUP_HIERARCHIES_MAX], v2 = 7;
    unsigned count = 7;
    size_t pids = 7;
    bool frozen = true;
    pid_t *list = NULL;
    struct err e = { 0 };

    EXPECT(cgroup_locate(&h, "/x", "c1", &cg, &e) == 0);
    EXPECT(cgroup_make(&cg, &none, &e) == 0 && cgroup_make(&cg, NULL, &e) == 0);
    EXPECT(cgroup_apply(&cg, &none, &e) == 0);
    EXPECT(cgroup_open_join(&cg, NULL, &v2, procs, &count, &e) == 0 && v2 == -1 && count == 0);
    EXPECT(cgroup_pids(&cg, &list, &pids, &e) == 0 && pids == 0);
    EXPECT(cgroup_kill(&cg, 9, &e) == 0);
    EXPECT(cgroup_freeze(&cg, true, &e) == 0);
    EXPECT(cgroup_frozen(&cg, &frozen, &e) == 0 && !frozen);
    EXPECT(cgroup_remove(&cg, 1000, &e) == 0);
    cgroup_done(&cg);
}

TEST(comes_back_from_its_record)
{
    cleanup(cgroup_done) struct cgroup cg = { 0 }, again = { 0 };
    struct cgroup_host h = host_v1();
    auto_buf first = { 0 }, second = { 0 };
    struct json_object *array;
    struct err e = { 0 };

    EXPECT(cgroup_locate(&h, "/a \"b\"/\xc3\xa9:1", "c1", &cg, &e) == 0);
    cg.made[0] = 2;
    cg.v2[1] = true;
    free(cg.dirs[2]);
    cg.dirs[2] = NULL;
    cgroup_write_json(&cg, &first);
    array = json_tokener_parse(first.data);
    EXPECT(cgroup_read_json(array, &again, &e) == 0);
    json_object_put(array);
    cgroup_write_json(&again, &second);
    EXPECT_STR(second.data, first.data);
    EXPECT(strncmp(first.data, "[\"2:v1:/sys/fs/cgroup/memory/a \\\"b\\\"/\xc3\xa9:1\",\"0:v2:/",
                   48) == 0);
    EXPECT(again.count == 11 && again.made[0] == 2 && again.v2[1] && again.freezer[4]);
    EXPECT(again.dirs[2] == NULL);
}

TEST(refuses_a_damaged_record)
{
    static const struct {
        const char *json, *want;
    } rows[] = {
        { "{}", "the record of the cgroups is not an array" },
        { "[7]", "the record of the cgroups is damaged at [0]" },
        { "[\"0:v1:/a/b\",\"\"]", "the record of the cgroups is damaged at [1]" },
        { "[\"0:v3:/a/b\"]", "the record of the cgroups is damaged at [0]" },
        { "[\"0:v:/a/b\"]", "the record of the cgroups is damaged at [0]" },
        { "[\"-1:v2:/a/b\"]", "the record of the cgroups is damaged at [0]" },
        { "[\"3:v2:/a/b\"]", "the record of the cgroups is damaged at [0]" },
        { "[\"99999999999999999999:v2:/a/b\"]", "the record of the cgroups is damaged at [0]" },
        { "[\"1x:v2:/a/b\"]", "the record of the cgroups is damaged at [0]" },
        { "[\"1:v2:a/b\"]", "the record of the cgroups is damaged at [0]" },
        { "[\"1:v2:/\"]", "the record of the cgroups is damaged at [0]" },
        { "[\"1:v2:/etc\"]", "the record of the cgroups is damaged at [0]" },
        { "[\"1:v2:/a/../b\"]", "the record of the cgroups is damaged at [0]" },
        { "[\"1:v2:/a/./b\"]", "the record of the cgroups is damaged at [0]" },
        { "[\"1:v2:/a//b\"]", "the record of the cgroups is damaged at [0]" },
        { "[\"1:v2:/a/b/\"]", "the record of the cgroups is damaged at [0]" },
        { "[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]", "the record has 17 cgroups" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct json_object *array = json_tokener_parse(rows[i].json);
        struct cgroup cg = { 0 };
        struct err e = { 0 };

        EXPECT(cgroup_read_json(array, &cg, &e) == -EINVAL);
        EXPECT_STR(e.text, rows[i].want);
        EXPECT(cg.count == 0);
        json_object_put(array);
    }
}

TEST_MAIN()
