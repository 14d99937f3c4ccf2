// SPDX-License-Identifier: Apache-2.0
/* test_parent.c - what the parent's own files do without the newer calls. */
#include "sandbox.h"

#include "cgroup/cgroup.h"
#include "cgroup/dir.h"
#include "state/state.h"

static const int codes[] = { 0, ENOSYS, EPERM };

TEST(files_of_a_cgroup_are_opened_below_it_and_through_no_link)
{
    static const struct {
        const char *path;
        int code;
    } rows[] = {
        { "file", 0 },
        { "dir/file", 0 },
        { "none", ENOENT },
        { "link", ELOOP },
        { "linked/file", ELOOP },
        { "../escape", EXDEV },
        { "/etc/passwd", EXDEV },
        { "dir/../../escape", EXDEV },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        for (size_t k = 0; k < ARRAY_SIZE(codes); k++) {
            auto_scratch s = scratch_make();
            auto_fd dir = -EBADF, got = -EBADF;

            EXPECT(mkdirat(s.fd, "in", 0755) == 0 && mkdirat(s.fd, "in/dir", 0755) == 0);
            EXPECT(mknodat(s.fd, "in/file", S_IFREG | 0644, 0) == 0);
            EXPECT(mknodat(s.fd, "in/dir/file", S_IFREG | 0644, 0) == 0);
            EXPECT(mknodat(s.fd, "escape", S_IFREG | 0644, 0) == 0);
            EXPECT(symlinkat("file", s.fd, "in/link") == 0);
            EXPECT(symlinkat("dir", s.fd, "in/linked") == 0);
            dir = openat(s.fd, "in", O_PATH | O_DIRECTORY | O_CLOEXEC);
            fake_forget();
            if (codes[k])
                fake_deny(__NR_openat2, codes[k]);
            got = cgroup_dir_openat(dir, rows[i].path, O_RDONLY);
            /* By name a link in the middle is no directory. */
            if (rows[i].code == 0 ? got < 0 : got >= 0)
                printf("# '%s' without openat2 (%d): %d\n", rows[i].path, codes[k], got);
            EXPECT(rows[i].code == 0 ? got >= 0 : got < 0);
        }
    fake_forget();
}

TEST(a_directory_that_is_no_cgroup_is_not_there)
{
    auto_scratch s = scratch_make();

    for (size_t k = 0; k < ARRAY_SIZE(codes); k++) {
        fake_forget();
        if (codes[k])
            fake_deny(__NR_openat2, codes[k]);
        EXPECT(cgroup_dir_open(s.path) == -ENOENT);
        EXPECT(cgroup_dir_open("/nowhere") == -ENOENT);
    }
    fake_forget();
}

TEST(a_process_that_can_not_be_held_is_not_taken_for_ended)
{
    struct state_process self = { 0 };
    struct err e = { 0 };

    EXPECT(state_process_read(getpid(), &self, &e) == 0);
    for (size_t k = 1; k < ARRAY_SIZE(codes); k++) {
        struct state_record r = { .phase = STATE_CREATED, .process = self };

        fake_forget();
        fake_deny(__NR_pidfd_open, codes[k]);
        EXPECT(state_process_open(&self) == -codes[k]);
        EXPECT(state_process_life(&self) == PROCESS_EXECUTED);
        EXPECT_STR(state_status(AT_FDCWD, &r), "running");
    }
    fake_forget();
}

TEST_MAIN()
