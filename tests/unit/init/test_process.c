// SPDX-License-Identifier: Apache-2.0
/* test_process.c - the last rows before the payload, and the payload itself. */
#include "sandbox.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/resource.h>

TEST(the_executable_is_found_as_execvp_would)
{
    static const struct {
        const char *args, *process, *text, *found;
    } rows[] = {
        { "'tool'", ",'env':['PATH=/none:/two:/three']", "", "/two/tool" },
        { "'tool'", ",'env':['PATH=/three:/two']", "", "/two/tool" },
        { "'tool'", ",'env':['PATH=']", "", "./tool" },
        { "'/two/tool'", "", "", "/two/tool" },
        { "'tool'", ",'env':['PATH=/three']", "process.args[0]: exec 'tool'", "" },
        { "'missing'", ",'env':['PATH=/two:/three']",
          "process.args[0]: 'missing': executable file not found in $PATH", "" },
        { "'/two'", "", "process.args[0]: exec '/two'", "" },
        { "'/none/tool'", "", "process.args[0]: exec '/none/tool'", "" },
    };
    auto_scratch s = scratch_make();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct init in = sandbox_init(PLAN(.args = rows[i].args, .process = rows[i].process));
            struct err e = { 0 };
            int root = sandbox_root(&s);

            EXPECT(mkdirat(root, "two", 0755) == 0 && mkdirat(root, "three", 0755) == 0);
            EXPECT(mknodat(root, "two/tool", S_IFREG | 0755, 0) == 0);
            EXPECT(mknodat(root, "three/tool", S_IFREG | 0644, 0) == 0);
            EXPECT(mknodat(root, "tool", S_IFREG | 0755, 0) == 0);
            EXPECT(chroot(s.path) == 0 && chdir("/") == 0);
            EXPECT((row_find(&in, &e) < 0) == (rows[i].text[0] != '\0'));
            EXPECT_STR(e.text, rows[i].text);
            EXPECT(rows[i].text[0] || !strcmp(in.executable, rows[i].found));
        }
}

TEST(a_search_that_the_kernel_does_not_allow_is_not_taken_for_a_missing_file)
{
    IN_SANDBOX(0)
    {
        struct init in = sandbox_init(PLAN());
        struct err e = { 0 };

        fake_deny(__NR_statx, ENOSYS);
        EXPECT_ERROR(row_find(&in, &e), e, ENOSYS, "process.args[0]: exec 'sh'");
    }
}

TEST(home_is_what_the_image_says_of_the_user)
{
    static const struct {
        const char *passwd, *want;
    } rows[] = {
        { NULL, "HOME=/" },
        { "", "HOME=/" },
        { "root:x:0:0:root:/root:/bin/sh\n", "HOME=/root" },
        { "a:x:1:1::/a:\nroot:x:0:0:root:/r", "HOME=/r" },
        { "root:x:0:0:root:relative:/bin/sh\n", "HOME=/" },
        { "root:x::0:root:/root:/bin/sh\n", "HOME=/" },
        { "root:x:0x0:0:root:/root:/bin/sh\n", "HOME=/" },
        { "root:x:18446744073709551616:0:root:/root:/bin/sh\n", "HOME=/" },
        { "root:x:0:0\n\n:::::\n", "HOME=/" },
    };
    auto_scratch s = scratch_make();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct init in = sandbox_init(PLAN());
            struct err e = { 0 };

            EXPECT(mkdirat(sandbox_root(&s), "etc", 0755) == 0);
            EXPECT(chroot(s.path) == 0 && chdir("/") == 0);
            if (rows[i].passwd) {
                close(open("/etc/passwd", O_RDWR | O_CREAT | O_EXCL, 0644));
                EXPECT(sandbox_write("/etc/passwd", rows[i].passwd) || !rows[i].passwd[0]);
            }
            EXPECT(row_home(&in, &e) == 0);
            EXPECT_STR(in.home, rows[i].want);
        }
}

TEST(a_passwd_that_would_block_is_not_waited_for)
{
    auto_scratch s = scratch_make();

    IN_SANDBOX(CLONE_NEWNS)
    {
        struct init in = sandbox_init(PLAN());
        struct err e = { 0 };

        EXPECT(mkdirat(sandbox_root(&s), "etc", 0755) == 0);
        EXPECT(chroot(s.path) == 0 && mkfifo("/etc/passwd", 0644) == 0);
        EXPECT(row_home(&in, &e) == 0);
        EXPECT_STR(in.home, "HOME=/");
    }
}

TEST(the_directory_is_made_and_entered_inside_the_root)
{
    auto_scratch s = scratch_make();

    IN_SANDBOX(CLONE_NEWNS)
    {
        struct init in = sandbox_init(PLAN(.cwd = "/a/b"));
        struct err e = { 0 };
        char back[64];

        in.rootfs = sandbox_root(&s);
        EXPECT(row_make_directory(&in, &e) == 0);
        EXPECT(chroot(s.path) == 0 && row_directory(&in, &e) == 0);
        EXPECT_STR(getcwd(back, sizeof back), "/a/b");
    }
}

TEST(a_directory_that_only_root_may_enter_is_entered_with_its_rights)
{
    static const struct {
        bool raised; /* the capabilities can be raised */
        int want;
    } rows[] = { { true, 0 }, { false, -EACCES } };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(0)
        {
            struct init in = sandbox_init(PLAN(.cwd = "/"));
            struct err e = { 0 };

            fake_rule(&(struct fake_rule){
                .call = __NR_chdir, .any_second = true, .times = 1, .answer = -EACCES });
            if (!rows[i].raised)
                fake_deny(__NR_capset, EPERM);
            EXPECT(row_directory(&in, &e) == rows[i].want);
            EXPECT_STR(e.text, rows[i].want ? "process.cwd: chdir to '/'" : "");
            EXPECT(fake_count(__NR_chdir) == (rows[i].raised ? 2 : 1));
        }
}

TEST(a_directory_outside_the_root_is_refused)
{
    auto_scratch s = scratch_make();

    IN_SANDBOX(CLONE_NEWNS)
    {
        struct init in = sandbox_init(PLAN(.cwd = "/a"));
        struct err e = { 0 };

        sandbox_root(&s);
        EXPECT(chdir("/") == 0 && chroot(s.path) == 0);
        fake_rule(&(struct fake_rule){ .call = __NR_chdir, .any_second = true, .answer = 0 });
        EXPECT_ERROR(row_directory(&in, &e), e, EINVAL,
                     "process.cwd: '/a' is outside the container's root");
        fake_forget();
        EXPECT_ERROR(row_directory(&in, &e), e, ENOENT, "process.cwd: chdir to '/a'");
    }
}

TEST(descriptors_are_closed_whether_or_not_close_range_is_there)
{
    static const int codes[] = { 0, ENOSYS, EPERM, EINVAL };

    for (size_t k = 0; k < ARRAY_SIZE(codes); k++)
        IN_SANDBOX(0)
        {
            static const int fds[] = { 3, 4, 5, 63, 1023, 1024, 5000 };
            const struct rlimit limit = { 8192, 8192 };
            struct init in = sandbox_init(PLAN());
            struct err e = { 0 };

            EXPECT(setrlimit(RLIMIT_NOFILE, &limit) == 0);
            for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
                EXPECT(dup2(0, fds[i]) == fds[i]);
            if (codes[k])
                fake_deny(__NR_close_range, codes[k]);
            in.hello.preserve_fds = 2;
            EXPECT(row_descriptors(&in, &e) == 0);
            for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
                EXPECT(fcntl(fds[i], F_GETFD) == (fds[i] < 5 ? 0 : FD_CLOEXEC));
        }
}

TEST(limits_and_umask_are_those_of_the_process)
{
    IN_SANDBOX(0)
    {
        struct init in =
            sandbox_init(PLAN(.process = ",'user':{'uid':0,'gid':0,'umask':63},'rlimits':[{'type':"
                                         "'RLIMIT_NOFILE','soft':100,'hard':200}]"));
        struct rlimit got = { 0 };
        struct err e = { 0 };

        EXPECT(row_rlimits(&in, &e) == 0 && row_umask(&in, &e) == 0);
        EXPECT(getrlimit(RLIMIT_NOFILE, &got) == 0 && got.rlim_cur == 100 && got.rlim_max == 200);
        EXPECT(umask(0) == 077);
        fake_deny(__NR_prlimit64, EPERM);
        EXPECT_ERROR(row_rlimits(&in, &e), e, EPERM, "process.rlimits[0]: set RLIMIT_NOFILE");
    }
}

TEST(a_filter_is_loaded_with_no_new_privileges)
{
    static const struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_getppid, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EUCLEAN),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };

    IN_SANDBOX(0)
    {
        union {
            struct plan plan;
            char room[sizeof(struct plan) + sizeof program];
        } block = { .plan = { .seccomp = { sizeof(struct plan), ARRAY_SIZE(program) } } };
        struct init in = sandbox_init(&block.plan);
        struct err e = { 0 };

        memcpy(block.room + sizeof(struct plan), program, sizeof program);
        EXPECT(row_no_new_privs(&in, &e) == 0 && row_seccomp(&in, &e) == 0);
        EXPECT(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
        EXPECT(syscall(__NR_getppid) == -1 && errno == EUCLEAN);
        fake_deny(__NR_seccomp, ENOSYS);
        EXPECT_ERROR(row_seccomp_privileged(&in, &e), e, ENOSYS,
                     "linux.seccomp: load 4 instructions");
    }
}

TEST(the_payload_gets_its_arguments_and_environment)
{
    auto_scratch s = scratch_make();
    char text[64] = "";
    int out = openat(s.fd, "out", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    IN_SANDBOX(0)
    {
        struct init in = sandbox_init(
            PLAN(.args = "'/bin/sh','-c','echo $0 $A $HOME','zero'", .process = ",'env':['A=1']"));
        struct err e = { 0 };

        snprintf(in.home, sizeof in.home, "HOME=/home");
        EXPECT(row_find(&in, &e) == 0 && dup2(out, 1) == 1);
        EXPECT(row_execute(&in, &e) == 0);
    }
    EXPECT(pread(out, text, sizeof text - 1, 0) > 0);
    EXPECT_STR(text, "zero 1 /home\n");
    close(out);
}

TEST(a_payload_that_can_not_be_executed_is_an_error)
{
    IN_SANDBOX(0)
    {
        struct init in = sandbox_init(PLAN(.args = "'/bin/sh'"));
        struct err e = { 0 };

        EXPECT(row_find(&in, &e) == 0);
        fake_deny(__NR_execve, ENOEXEC);
        EXPECT_ERROR(row_execute(&in, &e), e, ENOEXEC, "process.args[0]: exec '/bin/sh'");
        in.plan = &(struct plan){ 0 };
        EXPECT_ERROR(row_execute(&in, &e), e, EINVAL, "process is not set in the configuration");
    }
}

TEST_MAIN()
