// SPDX-License-Identifier: Apache-2.0
/* test_proc.c - sysctls and labels through a procfs that nobody could put a mount over (P5, P6). */
#include "denials.h"

#include <sys/mman.h>

TEST(a_sysctl_is_written_whichever_call_is_denied)
{
    for (size_t k = 0; k < ARRAY_SIZE(denials); k++)
        IN_SANDBOX(CLONE_NEWNS | CLONE_NEWNET)
        {
            struct init in =
                sandbox_init(PLAN(.linux_ = ",'sysctl':{'net.ipv4.ip_forward':'1'}",
                                  .namespaces = "{'type':'mount'},{'type':'network'}"));
            struct err e = { 0 };

            deny(&denials[k]);
            EXPECT(row_proc_handle(&in, &e) == 0 && row_sysctls(&in, &e) == 0);
            EXPECT_STR(e.text, "");
            EXPECT_STR(sandbox_read("/proc/sys/net/ipv4/ip_forward"), "1\n");
        }
}

TEST(a_key_that_is_not_there_or_a_value_that_is_wrong_is_an_error)
{
    static const struct {
        const char *sysctl, *text;
        int code;
    } rows[] = {
        { "'net.ipv4.nothing':'1'", "linux.sysctl.net.ipv4.nothing: open", ENOENT },
        { "'net.ipv4.ip_forward':'x'", "linux.sysctl.net.ipv4.ip_forward: write 'x'", EINVAL },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(CLONE_NEWNS | CLONE_NEWNET)
        {
            char linux_[256];
            struct err e = { 0 };
            struct init in;

            snprintf(linux_, sizeof linux_, ",'sysctl':{%s}", rows[i].sysctl);
            in = sandbox_init(
                PLAN(.linux_ = linux_, .namespaces = "{'type':'mount'},{'type':'network'}"));
            EXPECT(row_proc_handle(&in, &e) == 0);
            EXPECT_ERROR(row_sysctls(&in, &e), e, rows[i].code, rows[i].text);
        }
}

/* Over /proc as a container's processes could have put it, when no procfs of our own is to be had.
 */
TEST(a_file_that_something_lies_over_is_refused)
{
    static const struct {
        long denied[3];
        int want;
    } rows[] = {
        { { 0 }, 0 },                                /* our own: nothing lies over it */
        { { __NR_fsopen, __NR_open_tree }, -EXDEV }, /* as it is */
        { { __NR_fsopen, __NR_open_tree, __NR_openat2 }, -EXDEV }, /* and looked up by name */
    };
    auto_scratch s = scratch_make();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID)
        {
            struct init in =
                sandbox_init(PLAN(.linux_ = ",'sysctl':{'net.ipv4.ip_forward':'1'}",
                                  .namespaces = "{'type':'mount'},{'type':'network'}"));
            struct err e = { 0 };
            char fake[256];

            snprintf(fake, sizeof fake, "%s/fake", s.path);
            sandbox_root(&s);
            close(open(fake, O_RDWR | O_CREAT | O_EXCL, 0644));
            EXPECT(mount(fake, "/proc/sys/net/ipv4/ip_forward", NULL, MS_BIND, NULL) == 0);
            for (size_t k = 0; k < 3 && rows[i].denied[k]; k++)
                fake_deny(rows[i].denied[k], EPERM);
            EXPECT(row_proc_handle(&in, &e) == 0);
            EXPECT(row_sysctls(&in, &e) == rows[i].want);
            EXPECT_STR(e.text, rows[i].want ? "linux.sysctl.net.ipv4.ip_forward: open" : "");
            EXPECT_STR(sandbox_read(fake), "");
        }
}

TEST(something_else_on_proc_is_refused)
{
    IN_SANDBOX(CLONE_NEWNS)
    {
        struct init in = sandbox_init(PLAN());
        struct err e = { 0 };

        EXPECT(mount("tmpfs", "/proc", "tmpfs", 0, NULL) == 0);
        fake_deny(__NR_fsopen, EPERM);
        EXPECT_ERROR(row_proc_handle(&in, &e), e, EINVAL, "/proc is not a procfs");
    }
}

/* A label's file that keeps what is written, or not. */
static int label(const struct scratch *s, const char *process, bool keeps, struct err *e)
{
    struct init in = sandbox_init(PLAN(.process = process));
    int fd;

    sandbox_root(s);
    fd = keeps ? memfd_create("label", MFD_CLOEXEC) : open("/dev/zero", O_RDWR | O_CLOEXEC);
    in.apparmor_fd = in.selinux_fd = fd;
    return row_labels(&in, e);
}

TEST(a_label_that_did_not_stick_is_an_error)
{
    static const struct {
        const char *process, *text;
        bool keeps;
    } rows[] = {
        { ",'selinuxLabel':'a:b:c:s0'", "", true },
        { ",'selinuxLabel':'a:b:c:s0'", "process.selinuxLabel: 'a:b:c:s0' did not take effect",
          false },
        { ",'apparmorProfile':'box'", "process.apparmorProfile: 'exec box' did not take effect",
          false },
    };
    auto_scratch s = scratch_make();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct err e = { 0 };

            EXPECT((label(&s, rows[i].process, rows[i].keeps, &e) < 0) == !rows[i].keeps);
            EXPECT_STR(e.text, rows[i].text);
        }
}

TEST(label_files_are_opened_below_the_handle)
{
    static const struct {
        const char *process;
        int code;
    } rows[] = {
        { ",'selinuxLabel':'a:b:c:s0'", EACCES },
        { ",'apparmorProfile':'box'", EACCES },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(CLONE_NEWNS)
        {
            struct init in = sandbox_init(PLAN(.process = rows[i].process));
            struct err e = { 0 };
            EXPECT(row_proc_handle(&in, &e) == 0);
            fake_deny(__NR_openat2, rows[i].code);
            EXPECT_ERROR(row_label_handles(&in, &e), e, rows[i].code,
                         "open `/proc/self/attr/exec`");
        }
}

TEST_MAIN()
