// SPDX-License-Identifier: Apache-2.0
/* test_device.c - nodes and links in /dev; in a user namespace the host's nodes are bound. */
#include "denials.h"

#include <sys/sysmacros.h>

static struct stat look(const struct init *in, const char *name)
{
    struct stat st = { 0 };

    if (fstatat(in->rootfs, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        st.st_mode = 0;
    return st;
}

TEST(the_host_s_nodes_are_bound_where_none_can_be_made)
{
    auto_scratch s = scratch_make();

    for (size_t k = 0; k < ARRAY_SIZE(denials); k++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct init in = sandbox_init(PLAN());
            struct err e = { 0 };

            in.rootfs = sandbox_root(&s);
            deny(&denials[k]);
            EXPECT(row_devices(&in, &e) == 0);
            EXPECT_STR(e.text, "");
            EXPECT(S_ISCHR(look(&in, "dev/null").st_mode));
            EXPECT(look(&in, "dev/zero").st_rdev == makedev(1, 5));
            EXPECT(look(&in, "dev/tty").st_rdev == makedev(5, 0));
        }
}

TEST(where_nodes_can_be_made_they_are)
{
    auto_scratch s = scratch_make();

    IN_SANDBOX(CLONE_NEWNS)
    {
        struct init in = sandbox_init(
            PLAN(.linux_ = ",'devices':[{'path':'/dev/x/y','type':'b','major':8,'minor':300,"
                           "'fileMode':384,'uid':3,'gid':4}]"));
        struct fake_arguments made, owner;
        struct err e = { 0 };

        in.rootfs = sandbox_root(&s);
        fake_rule(&(struct fake_rule){ .call = __NR_mknodat, .any_second = true, .times = 1 });
        fake_rule(&(struct fake_rule){ .call = __NR_fchownat, .any_second = true });
        EXPECT(row_devices(&in, &e) == 0);
        EXPECT(fake_last(__NR_fchownat, &owner) && owner.c == 3 && owner.d == 4);
        EXPECT(!strcmp((const char *)owner.b, "y") && look(&in, "dev/x").st_mode);
        in.plan = PLAN();
        fake_rule(&(struct fake_rule){ .call = __NR_mknodat, .any_second = true });
        EXPECT(row_devices(&in, &e) == 0 && fake_last(__NR_mknodat, &made));
        EXPECT(made.c == (S_IFCHR | 0666) && made.d == (long)makedev(5, 0));
    }
}

TEST(what_is_there_must_be_that_device)
{
    static const struct {
        const char *type;
        mode_t there;
        const char *text;
    } rows[] = {
        { "'type':'p'", S_IFIFO, "" },
        { "'type':'p'", S_IFREG, "linux.devices[0]: '/dev/x' exists and is not that device" },
        { "'type':'p'", S_IFLNK, "linux.devices[0]: '/dev/x' exists and is not that device" },
    };
    auto_scratch s = scratch_make();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            char linux_[256];
            struct err e = { 0 };
            struct init in;

            snprintf(linux_, sizeof linux_, ",'devices':[{'path':'/dev/x',%s}]", rows[i].type);
            in = sandbox_init(PLAN(.linux_ = linux_));
            in.rootfs = sandbox_root(&s);
            EXPECT(mkdirat(in.rootfs, "dev", 0755) == 0);
            EXPECT((rows[i].there == S_IFLNK
                        ? symlinkat("/etc/passwd", in.rootfs, "dev/x")
                        : mknodat(in.rootfs, "dev/x", rows[i].there | 0644, 0)) == 0);
            EXPECT((row_devices(&in, &e) < 0) == (rows[i].text[0] != '\0'));
            EXPECT_STR(e.text, rows[i].text);
        }
}

TEST(what_can_not_be_made_or_bound_is_an_error)
{
    static const struct {
        long call;
        int code;
        const char *text;
    } rows[] = {
        { __NR_mknodat, EROFS, "default device: mknod '/dev/null'" },
        { __NR_open_tree, ENOSYS, "default device: open_tree '/dev/null'" },
        { __NR_move_mount, EPERM, "default device: bind '/dev/null'" },
        { __NR_mkdirat, EROFS, "default device: make the directory of '/dev/null'" },
        { __NR_statx, EPERM, "default device: the host's '/dev/null' is another device" },
    };
    auto_scratch s = scratch_make();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct init in = sandbox_init(PLAN());
            struct err e = { 0 };

            in.rootfs = sandbox_root(&s);
            fake_deny(rows[i].call, rows[i].code);
            EXPECT(row_devices(&in, &e) < 0);
            EXPECT_STR(e.text, rows[i].text);
        }
}

TEST(links_lead_to_what_is_there)
{
    auto_scratch s = scratch_make();

    for (size_t k = 0; k < ARRAY_SIZE(denials); k++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct init in = sandbox_init(PLAN());
            struct err e = { 0 };
            char target[64] = "";

            in.rootfs = sandbox_root(&s);
            deny(&denials[k]);
            EXPECT(mkdirat(in.rootfs, "dev", 0755) == 0);
            EXPECT(row_links(&in, &e) == 0 && look(&in, "dev/ptmx").st_mode == 0);
            EXPECT(mkdirat(in.rootfs, "dev/pts", 0755) == 0);
            EXPECT(mknodat(in.rootfs, "dev/pts/ptmx", S_IFREG | 0666, 0) == 0);
            EXPECT(mknodat(in.rootfs, "dev/ptmx", S_IFREG | 0666, 0) == 0);
            EXPECT(row_links(&in, &e) == 0);
            EXPECT(readlinkat(in.rootfs, "dev/ptmx", target, sizeof target - 1) > 0);
            EXPECT_STR(target, "pts/ptmx");
            EXPECT(look(&in, "dev/fd").st_mode == 0);
        }
}

TEST_MAIN()
