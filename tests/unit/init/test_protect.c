// SPDX-License-Identifier: Apache-2.0
/* test_protect.c - masked and read-only paths hold, whichever of the kernel's calls are denied. */
#include "denials.h"

#include <sys/statvfs.h>
#include <sys/sysmacros.h>

/* A root with /dir/file, /file and /below/mount, where the last is a mount of its own. */
static struct init prepare(const struct scratch *s, const char *linux_)
{
    struct init in = sandbox_init(PLAN(.linux_ = linux_));
    char path[256];

    in.rootfs = sandbox_root(s);
    EXPECT(mkdirat(in.rootfs, "dir", 0755) == 0 && mkdirat(in.rootfs, "below", 0755) == 0);
    EXPECT(mkdirat(in.rootfs, "below/mount", 0755) == 0);
    EXPECT(mknodat(in.rootfs, "dir/file", S_IFREG | 0644, 0) == 0);
    EXPECT(mknodat(in.rootfs, "file", S_IFREG | 0644, 0) == 0);
    EXPECT(symlinkat("dir", in.rootfs, "link") == 0);
    snprintf(path, sizeof path, "%s/below/mount", s->path);
    EXPECT(mount("tmpfs", path, "tmpfs", 0, NULL) == 0);
    return in;
}

static bool is_read_only(const struct scratch *s, const char *name)
{
    struct statvfs st = { 0 };

    EXPECT(fstatvfs(sandbox_open(s, name, O_PATH), &st) == 0);
    return st.f_flag & ST_RDONLY;
}

static struct stat look(const struct scratch *s, const char *name)
{
    struct stat st = { 0 };
    char path[256];

    snprintf(path, sizeof path, "%s/%s", s->path, name);
    if (lstat(path, &st) < 0)
        st.st_mode = 0;
    return st;
}

TEST(a_masked_file_is_null_and_a_masked_directory_is_empty_and_read_only)
{
    auto_scratch s = scratch_make();

    for (size_t k = 0; k < ARRAY_SIZE(denials); k++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct init in =
                prepare(&s, ",'maskedPaths':['/file','/link','/below','/none','/file/none']");
            struct err e = { 0 };
            struct stat file;

            deny(&denials[k]);
            EXPECT(row_mask(&in, &e) == 0);
            EXPECT_STR(e.text, "");
            file = look(&s, "file");
            EXPECT(S_ISCHR(file.st_mode) && file.st_rdev == makedev(1, 3));
            EXPECT(look(&s, "dir/file").st_mode == 0 && is_read_only(&s, "dir"));
            EXPECT(look(&s, "below/mount").st_mode == 0 && is_read_only(&s, "below"));
        }
}

TEST(a_read_only_path_is_so_with_all_that_is_below)
{
    auto_scratch s = scratch_make();

    for (size_t k = 0; k < ARRAY_SIZE(denials); k++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct init in = prepare(&s, ",'readonlyPaths':['/file','/link','/none']");
            struct err e = { 0 };

            deny(&denials[k]);
            EXPECT(row_protect(&in, &e) == 0);
            EXPECT_STR(e.text, "");
            EXPECT(is_read_only(&s, "file") && is_read_only(&s, "dir/file"));
            EXPECT(!is_read_only(&s, "below"));
        }
}

TEST(mounts_below_a_read_only_path_are_read_only_or_the_row_fails)
{
    static const int codes[] = { 0, ENOSYS, EPERM };
    auto_scratch s = scratch_make();

    for (size_t k = 0; k < ARRAY_SIZE(codes); k++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct init in = prepare(&s, ",'readonlyPaths':['/below']");
            struct err e = { 0 };

            if (codes[k])
                fake_deny(__NR_mount_setattr, codes[k]);
            EXPECT((row_protect(&in, &e) == 0) == (codes[k] == 0));
            EXPECT_STR(e.text, codes[k] ? "linux.readonlyPaths[0]: make '/below' read-only" : "");
            EXPECT(codes[k] || is_read_only(&s, "below/mount"));
        }
}

TEST(what_can_not_be_protected_is_an_error)
{
    static const struct {
        long call;
        int code;
        bool mask;
        const char *linux_, *text;
    } rows[] = {
        { __NR_open_tree, ENOSYS, true, ",'maskedPaths':['/dir','/file']",
          "linux.maskedPaths[1]: bind /dev/null" },
        { __NR_open_tree, EPERM, true, ",'maskedPaths':['/dir','/below']",
          "linux.maskedPaths[1]: bind an empty directory on '/below'" },
        { __NR_move_mount, EPERM, true, ",'maskedPaths':['/file']",
          "linux.maskedPaths[0]: bind /dev/null" },
        { __NR_move_mount, ENOSYS, true, ",'maskedPaths':['/dir']",
          "linux.maskedPaths[0]: move_mount tmpfs" },
        { __NR_openat, EACCES, true, ",'maskedPaths':['/file']",
          "linux.maskedPaths[0]: open /dev/null" },
        { __NR_open_tree, ENOSYS, false, ",'readonlyPaths':['/dir']",
          "linux.readonlyPaths[0]: open_tree '/dir'" },
        { __NR_move_mount, ENOSYS, false, ",'readonlyPaths':['/dir']",
          "linux.readonlyPaths[0]: make '/dir' read-only" },
        { __NR_openat2, EACCES, false, ",'readonlyPaths':['/dir']",
          "linux.readonlyPaths[0]: open '/dir'" },
        { __NR_statx, EPERM, true, ",'maskedPaths':['/dir']", "linux.maskedPaths[0]: stat '/dir'" },
    };
    auto_scratch s = scratch_make();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct init in = prepare(&s, rows[i].linux_);
            struct err e = { 0 };

            fake_deny(rows[i].call, rows[i].code);
            EXPECT_ERROR(rows[i].mask ? row_mask(&in, &e) : row_protect(&in, &e), e, rows[i].code,
                         rows[i].text);
        }
}

TEST_MAIN()
