// SPDX-License-Identifier: Apache-2.0
/* test_unit.c - names and places of scopes. */
#include "base/cleanup.h"
#include "systemd/systemd.h"
#include "test.h"

static const char *path_of(const char *cgroups_path, bool user, struct systemd_unit *u,
                           struct err *e)
{
    *e = (struct err){ 0 };
    return systemd_unit_parse(cgroups_path, "c1", user, u, e) < 0 ? e->text : u->path;
}

TEST(finds_the_place_of_a_scope)
{
    static const struct {
        const char *path;
        bool user;
        const char *want;
    } rows[] = {
        { NULL, false, "/system.slice/davit-c1.scope" },
        { NULL, true, "/user.slice/davit-c1.scope" },
        { "", false, "/system.slice/davit-c1.scope" },
        { "machine.slice:libpod:abc", false, "/machine.slice/libpod-abc.scope" },
        { ":libpod:abc", true, "/user.slice/libpod-abc.scope" },
        { "::abc", false, "/system.slice/abc.scope" },
        { "a.slice:p:", false, "/a.slice/p-c1.scope" },
        { "-.slice:p:x", false, "/p-x.scope" },
        { "kubepods-burstable-pod1_2.slice:cri-containerd:x", false,
          "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1_2.slice/"
          "cri-containerd-x.scope" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        cleanup(systemd_unit_done) struct systemd_unit u = { 0 };
        struct err e;

        EXPECT_STR(path_of(rows[i].path, rows[i].user, &u, &e), rows[i].want);
    }
}

TEST(refuses_what_systemd_has_no_name_for)
{
    static const struct {
        const char *path, *want;
    } rows[] = {
        { "/a/b", "linux.cgroupsPath '/a/b': the systemd cgroup manager wants SLICE:PREFIX:NAME" },
        { "a:b", "linux.cgroupsPath 'a:b': the systemd cgroup manager wants SLICE:PREFIX:NAME" },
        { "a:b:c:d",
          "linux.cgroupsPath 'a:b:c:d': the systemd cgroup manager wants SLICE:PREFIX:NAME" },
        { "a:b:c", "linux.cgroupsPath: 'a' is no name of a slice" },
        { ".slice:b:c", "linux.cgroupsPath: '.slice' is no name of a slice" },
        { "a--b.slice:b:c", "linux.cgroupsPath: 'a--b.slice' is no name of a slice" },
        { "-a.slice:b:c", "linux.cgroupsPath: '-a.slice' is no name of a slice" },
        { "a-.slice:b:c", "linux.cgroupsPath: 'a-.slice' is no name of a slice" },
        { "../a.slice:b:c", "linux.cgroupsPath: '../a.slice' is no name of a slice" },
        { "a.slice:b:c/d", "linux.cgroupsPath: 'b-c/d.scope' is no name of a unit" },
        { "a.slice:b c:d", "linux.cgroupsPath: 'b c-d.scope' is no name of a unit" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        cleanup(systemd_unit_done) struct systemd_unit u = { 0 };
        struct err e;

        EXPECT_STR(path_of(rows[i].path, false, &u, &e), rows[i].want);
        EXPECT(!u.name && !u.path);
    }
}

TEST_MAIN()
