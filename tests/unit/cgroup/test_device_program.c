// SPDX-License-Identifier: Apache-2.0
/* test_device_program.c - the kernel's word on device programs, in a v2 cgroup of the test's own.
 */
#include "test.h"

#include "cgroup/cgroup.h"
#include "cgroup/device_change.h"

#include "base/cleanup.h"
#include "../base/scratch.h"
#include "hosts.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    MISC = 10,
    FUSE = 229,
    LOOP_CONTROL = 237,
    RWM = DEVICE_READ | DEVICE_WRITE | DEVICE_MKNOD,
};

struct own {
    char path[256];
    struct cgroup cgroup;
    struct scratch scratch; /* with device nodes */
};

static void own_done(struct own *o)
{
    if (o->cgroup.count)
        rmdir(o->path);
    scratch_done(&o->scratch);
}

#define auto_own cleanup(own_done) struct own

static bool make_node(const struct own *o, const char *name, unsigned minor)
{
    return mknodat(o->scratch.fd, name, S_IFCHR | 0600, makedev(MISC, minor)) == 0;
}

/* False, and the test is skipped, where there is no such cgroup to be had. */
static bool make_own(struct own *o)
{
    struct cgroup_host host = { .v2 = -1 };
    struct err e;

    *o = (struct own){ .scratch = scratch_make() };
    test_skipped = "only root of a host with cgroup v2 can attach device programs";
    if (geteuid() || cgroup_host_read(&host, &e) < 0 || host.v2 < 0) {
        cgroup_host_done(&host);
        return false;
    }
    snprintf(o->path, sizeof o->path, "%s/davit-test-%d", host.h[host.v2].mount, getpid());
    cgroup_host_done(&host);
    if (mkdir(o->path, 0755) < 0)
        return false;
    o->cgroup = (struct cgroup){ .dirs = { o->path }, .v2 = { true }, .count = 1 };
    if (!make_node(o, "fuse", FUSE) || !make_node(o, "loop-control", LOOP_CONTROL))
        return false;
    test_skipped = NULL;
    return true;
}

/* What a process in the cgroup gets for opening a node; 0 when it opens, EPERM when it may not.
 * Drivers have other errors. */
static int open_inside(const struct own *o, const char *name)
{
    char procs[300];
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        int fd;

        snprintf(procs, sizeof procs, "%s/cgroup.procs", o->path);
        fd = open(procs, O_WRONLY | O_CLOEXEC);
        if (fd < 0 || write(fd, "0", 1) != 1)
            _exit(255);
        _exit(openat(o->scratch.fd, name, O_RDONLY | O_CLOEXEC) < 0 ? errno : 0);
    }
    EXPECT(waitpid(child, &status, 0) == child && WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* The program for: nothing is allowed but, unless it is 0, the miscellaneous device of that number
 * and the devices that every container has. */
static struct cgroup_writes program(struct arena *arena, unsigned minor)
{
    struct spec_device_rule rules[] = {
        { .type = 'a', .major = -1, .minor = -1, .access = RWM },
        { .allow = true, .type = 'c', .major = MISC, .minor = minor, .access = RWM },
    };
    struct spec_resources r = { .devices = rules, .device_count = minor ? 2 : 1 };
    struct cgroup_host host = host_v2();
    struct cgroup_writes w = { 0 };
    struct err e;

    EXPECT(cgroup_compile(&r, &host, arena, &w, &e) == 0 && w.device_insns);
    return w;
}

TEST(a_program_holds_until_another_takes_its_place)
{
    struct arena arena = { 0 };
    const struct cgroup_writes nothing = program(&arena, 0), fuse = program(&arena, FUSE);
    const struct cgroup_writes none = { .no_device_program = true };
    struct err e = { 0 };
    auto_own o;

    if (make_own(&o)) {
        EXPECT(cgroup_program_attach(&o.cgroup, &nothing, &e) == 0);
        EXPECT_STR(e.text, "");
        EXPECT(open_inside(&o, "/dev/null") == 0);
        EXPECT(open_inside(&o, "fuse") == EPERM && open_inside(&o, "loop-control") == EPERM);
        EXPECT(cgroup_program_replace(&o.cgroup, &fuse, &e) == 0);
        EXPECT(open_inside(&o, "fuse") != EPERM && open_inside(&o, "loop-control") == EPERM);
        EXPECT(cgroup_program_replace(&o.cgroup, &none, &e) == 0);
        EXPECT(open_inside(&o, "loop-control") != EPERM);
        /* There is nothing to take the place of any more. */
        EXPECT(cgroup_program_replace(&o.cgroup, &none, &e) == 0);
        EXPECT(cgroup_program_replace(&o.cgroup, &nothing, &e) == 0);
        EXPECT(open_inside(&o, "fuse") == EPERM);
        EXPECT_STR(e.text, "");
    }
    arena_done(&arena);
}

TEST(a_program_that_the_kernel_refuses_is_an_error_and_the_old_one_stays)
{
    struct bpf_insn nonsense = { 0 };
    const struct cgroup_writes bad = { .device_insns = &nonsense, .device_insn_count = 1 };
    struct arena arena = { 0 };
    const struct cgroup_writes nothing = program(&arena, 0);
    struct err e = { 0 };
    auto_own o;

    if (make_own(&o)) {
        EXPECT(cgroup_program_attach(&o.cgroup, &bad, &e) == -EINVAL);
        EXPECT_STR(e.text, "linux.resources.devices: load the device program");
        EXPECT(cgroup_program_attach(&o.cgroup, &nothing, &e) == 0);
        EXPECT(cgroup_program_replace(&o.cgroup, &bad, &e) == -EINVAL);
        EXPECT(open_inside(&o, "fuse") == EPERM);
    }
    arena_done(&arena);
}

TEST(a_program_needs_a_v2_cgroup)
{
    char gone[] = "/sys/fs/cgroup/davit-test/is/not/there";
    const struct cgroup_writes none = { .no_device_program = true };
    struct cgroup cg = { .dirs = { gone }, .count = 1 };
    struct err e = { 0 };

    EXPECT(cgroup_program_attach(&cg, &none, &e) == -EOPNOTSUPP);
    EXPECT_STR(e.text, "linux.resources.devices: there is no v2 cgroup");
    cg.v2[0] = true;
    EXPECT(cgroup_program_replace(&cg, &none, &e) == -ENOENT);
    EXPECT_STR(e.text, "linux.resources.devices: open cgroup "
                       "'/sys/fs/cgroup/davit-test/is/not/there'");
}

TEST_MAIN()
