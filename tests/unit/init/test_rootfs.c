// SPDX-License-Identifier: Apache-2.0
/* test_rootfs.c - the container's tree takes the host's place, whichever calls are denied. */
#include "denials.h"

#include <sys/statvfs.h>

/* Outer's part, then init's up to the pivot. The host's mounts are shared, as systemd makes them.
 */
static int enter(const struct scratch *s, struct init *in, const char *linux_, struct err *e)
{
    EXPECT(mount("none", "/", NULL, MS_SHARED | MS_REC, NULL) == 0);
    EXPECT(mkdirat(sandbox_root(s), "inside", 0755) == 0);
    *in = sandbox_init(PLAN(.rootfs = s->path, .linux_ = linux_));
    TRY(row_open_rootfs(in, e));
    EXPECT(unshare(CLONE_NEWNS) == 0);
    TRY(row_attach_rootfs(in, e));
    return row_pivot(in, e);
}

TEST(the_container_has_its_tree_alone)
{
    auto_scratch s = scratch_make();

    for (size_t k = 0; k < ARRAY_SIZE(denials); k++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct err e = { 0 };
            struct init in;

            deny(&denials[k]);
            EXPECT(enter(&s, &in, "", &e) == 0);
            EXPECT_STR(e.text, "");
            EXPECT(access("/inside", F_OK) == 0 && access("/proc", F_OK) < 0 && in.rootfs < 0);
        }
}

/* The container has no /proc: this one was opened before. */
static bool root_has(int proc, const char *word)
{
    auto_fd fd = openat(proc, "self/mountinfo", O_RDONLY | O_CLOEXEC);
    char text[4096] = "";
    const char *line;

    EXPECT(read(fd, text, sizeof text - 1) > 0);
    line = strstr(text, " / ");
    return line && memmem(line, strcspn(line, "\n"), word, strlen(word));
}

TEST(the_root_s_attributes_and_propagation_are_set)
{
    auto_scratch s = scratch_make();

    for (size_t k = 0; k < ARRAY_SIZE(denials); k++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct statvfs st = { 0 };
            struct err e = { 0 };
            struct init in;
            int proc = open("/proc", O_PATH | O_CLOEXEC);

            deny(&denials[k]);
            EXPECT(enter(&s, &in, ",'rootfsPropagation':'shared'", &e) == 0);
            EXPECT(!root_has(proc, " shared:"));
            EXPECT(row_root_propagation(&in, &e) == 0 && row_root_readonly(&in, &e) == 0);
            EXPECT_STR(e.text, "");
            EXPECT(root_has(proc, " shared:"));
            EXPECT(statvfs("/", &st) == 0 && (st.f_flag & ST_RDONLY));
            EXPECT(mkdir("/more", 0755) < 0 && errno == EROFS);
        }
}

TEST(an_image_can_not_lead_the_root_s_attributes_elsewhere)
{
    auto_scratch s = scratch_make();

    IN_SANDBOX(CLONE_NEWNS)
    {
        struct statvfs st = { 0 };
        struct err e = { 0 };
        struct init in;
        char path[64];

        fake_deny(__NR_mount_setattr, ENOSYS);
        EXPECT(enter(&s, &in, "", &e) == 0);
        EXPECT(mkdir("/proc", 0755) == 0 && mkdir("/proc/self", 0755) == 0);
        EXPECT(mkdir("/proc/self/fd", 0755) == 0 && mount("x", "/inside", "tmpfs", 0, NULL) == 0);
        for (int fd = 0; fd < 64; fd++) {
            snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
            EXPECT(symlink("/inside", path) == 0);
        }
        EXPECT(row_root_readonly(&in, &e) == 0);
        EXPECT(statvfs("/", &st) == 0 && (st.f_flag & ST_RDONLY));
        EXPECT(statvfs("/inside", &st) == 0 && !(st.f_flag & ST_RDONLY));
    }
}

TEST(where_a_root_can_not_be_had_the_error_names_it)
{
    static const struct {
        long call;
        int code;
        const char *text;
    } rows[] = {
        { __NR_open_tree, ENOSYS, "open_tree" },
        { __NR_open_tree, EPERM, "open_tree" },
        { __NR_move_mount, ENOSYS, "move_mount" },
        { __NR_move_mount, EPERM, "move_mount" },
    };
    auto_scratch s = scratch_make();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct err e = { 0 };
            struct init in;
            char want[256];

            fake_deny(rows[i].call, rows[i].code);
            snprintf(want, sizeof want, "%s '%s'", rows[i].text, s.path);
            EXPECT_ERROR(enter(&s, &in, "", &e), e, rows[i].code, want);
        }
}

TEST(what_fails_after_the_pivot_is_said_in_words)
{
    static const struct {
        long call;
        int code;
        const char *text;
    } rows[] = {
        { __NR_fchdir, EACCES, "enter rootfs" },
        { __NR_pivot_root, EPERM, "pivot_root" },
        { __NR_pivot_root, EINVAL,
          "pivot_root (a host that runs from its initramfs needs --no-pivot)" },
        { __NR_umount2, EINVAL, "detach old root" },
        { __NR_chdir, EACCES, "chdir /" },
    };
    auto_scratch s = scratch_make();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct err e = { 0 };
            struct init in;

            /* The first fchdir is outer's. */
            fake_rule(&(struct fake_rule){ .call = rows[i].call,
                                           .any_second = true,
                                           .skip = rows[i].call == __NR_fchdir,
                                           .answer = -rows[i].code });
            EXPECT_ERROR(enter(&s, &in, "", &e), e, rows[i].code, rows[i].text);
        }
}

/* Every root but an initramfs has a mount below it. What happens on one is in no_pivot.bats. */
TEST(no_pivot_does_not_help_where_the_root_lies_on_another_mount)
{
    auto_scratch s = scratch_make();

    IN_SANDBOX(CLONE_NEWNS)
    {
        struct init in = sandbox_init(PLAN(.rootfs = s.path, .no_pivot = true));
        struct err e = { 0 };

        EXPECT(row_open_rootfs(&in, &e) == 0 && row_attach_rootfs(&in, &e) == 0);
        fake_deny(__NR_pivot_root, EINVAL);
        EXPECT_ERROR(row_pivot(&in, &e), e, EOPNOTSUPP,
                     "--no-pivot: / lies on another mount, which would stay within reach");
    }
}

TEST_MAIN()
