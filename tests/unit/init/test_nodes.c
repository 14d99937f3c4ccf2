// SPDX-License-Identifier: Apache-2.0
/* test_nodes.c - device nodes that outer makes for a user namespace, seen with both pairs of eyes.
 */
#include "sandbox.h"

#include <sys/sysmacros.h>

static const struct plan *plan_with_devices(void)
{
    return PLAN(.namespaces = "{'type':'mount'},{'type':'user'}",
                .linux_ = ",'uidMappings':[{'containerID':0,'hostID':0,'size':9}],"
                          "'gidMappings':[{'containerID':0,'hostID':0,'size':9}],"
                          "'devices':[{'type':'p','path':'/dev/one','fileMode':384},"
                          "{'type':'p','path':'/dev/deep/two','fileMode':416,'uid':3}]");
}

/* Nodes of devices need more rights than a test has; a fifo is made the same way. */
TEST(each_is_bound_where_it_belongs)
{
    auto_scratch s = scratch_make();

    IN_SANDBOX(CLONE_NEWNS)
    {
        struct init in = sandbox_init(plan_with_devices());
        struct fake_arguments owner;
        struct err e = { 0 };
        struct stat st = { 0 };

        in.rootfs = sandbox_root(&s);
        fake_rule(&(struct fake_rule){ .call = __NR_fchownat, .any_second = true });
        EXPECT(row_nodes(&in, &e) == 0 && in.nodes >= 0);
        EXPECT(fake_last(__NR_fchownat, &owner) && owner.c == 3 && owner.d == 0);
        EXPECT(row_devices(&in, &e) == 0);
        EXPECT_STR(e.text, "");
        EXPECT(in.nodes < 0); /* nothing of outer's file system stays open */
        EXPECT(fstatat(in.rootfs, "dev/one", &st, 0) == 0 && st.st_mode == (S_IFIFO | 0600));
        EXPECT(fstatat(in.rootfs, "dev/deep/two", &st, 0) == 0 && st.st_mode == (S_IFIFO | 0640));
        EXPECT(fstatat(in.rootfs, "dev/0", &st, 0) < 0);
    }
}

TEST(what_can_t_be_made_is_an_error_that_names_it)
{
    static const struct {
        long call;
        const char *text;
    } rows[] = {
        { __NR_fsopen, "fsopen tmpfs" },
        { __NR_fsconfig, "mount tmpfs" },
        { __NR_fsmount, "mount tmpfs" },
        { __NR_mknodat, "linux.devices[0]: mknod '/dev/one'" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct init in = sandbox_init(plan_with_devices());
            struct err e = { 0 };

            fake_deny(rows[i].call, EPERM);
            EXPECT(row_nodes(&in, &e) == -EPERM);
            EXPECT_STR(e.text, rows[i].text);
        }
}

TEST(a_link_as_dev_is_refused)
{
    auto_scratch s = scratch_make();

    IN_SANDBOX(CLONE_NEWNS)
    {
        struct init in = sandbox_init(PLAN());
        struct err e = { 0 };

        in.rootfs = sandbox_root(&s);
        EXPECT(unlinkat(in.rootfs, "dev", AT_REMOVEDIR) == 0 || errno == ENOENT);
        EXPECT(symlinkat("elsewhere", in.rootfs, "dev") == 0);
        EXPECT(row_devices(&in, &e) == -EINVAL);
        EXPECT_STR(e.text, "/dev of the root file system is a symbolic link");
    }
}

TEST_MAIN()
