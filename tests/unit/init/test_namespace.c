// SPDX-License-Identifier: Apache-2.0
/* test_namespace.c - rows that settle init in its namespaces. */
#include "sandbox.h"

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/utsname.h>

TEST(host_and_domain_name_are_those_of_the_configuration)
{
    IN_SANDBOX(CLONE_NEWUTS)
    {
        struct init in = sandbox_init(PLAN(.top = ",'hostname':'box','domainname':'example'"));
        struct utsname names;
        struct err e = { 0 };

        EXPECT(row_hostname(&in, &e) == 0 && row_domainname(&in, &e) == 0);
        EXPECT(uname(&names) == 0);
        EXPECT_STR(names.nodename, "box");
        EXPECT_STR(names.domainname, "example");
    }
}

TEST(a_name_that_the_kernel_refuses_is_in_the_error)
{
    IN_SANDBOX(CLONE_NEWUTS)
    {
        struct init in = sandbox_init(PLAN(.top = ",'hostname':'box','domainname':'example'"));
        struct err e = { 0 };

        fake_deny(__NR_sethostname, EPERM);
        fake_deny(__NR_setdomainname, EPERM);
        EXPECT_ERROR(row_hostname(&in, &e), e, EPERM, "sethostname 'box'");
        EXPECT_ERROR(row_domainname(&in, &e), e, EPERM, "setdomainname 'example'");
    }
}

static short flags_of_lo(void)
{
    struct ifreq request = { .ifr_name = "lo" };
    auto_fd sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    EXPECT(ioctl(sock, SIOCGIFFLAGS, &request) == 0);
    return request.ifr_flags;
}

TEST(loopback_is_raised)
{
    IN_SANDBOX(CLONE_NEWNET)
    {
        struct init in = sandbox_init(PLAN());
        struct err e = { 0 };

        EXPECT(!(flags_of_lo() & IFF_UP));
        EXPECT(row_loopback(&in, &e) == 0);
        EXPECT(flags_of_lo() & IFF_UP);
    }
}

/* The inode number of a namespace of ours. */
static ino_t namespace_of(const char *kind)
{
    char path[64];
    struct stat st = { 0 };

    snprintf(path, sizeof path, "/proc/self/ns/%s", kind);
    EXPECT(stat(path, &st) == 0);
    return st.st_ino;
}

TEST(a_network_made_on_suspicion_is_entered_at_its_row)
{
    IN_SANDBOX(CLONE_NEWNET)
    {
        struct init in = sandbox_init(PLAN());
        struct err e = { 0 };
        ino_t before = namespace_of("net"), made;
        struct stat st = { 0 };

        network_prepare(&in);
        EXPECT(in.network >= 0 && fstat(in.network, &st) == 0);
        made = st.st_ino;
        EXPECT(namespace_of("net") == before && made != before);
        EXPECT(row_network(&in, &e) == 0);
        EXPECT(namespace_of("net") == made);
    }
}

/* A user namespace in the host's network, as rootless engines have: left, it could not be entered
 * again. */
TEST(no_network_is_made_where_there_is_no_way_back)
{
    IN_SANDBOX(0)
    {
        struct init in = sandbox_init(PLAN());
        struct err e = { 0 };
        ino_t before = namespace_of("net");

        network_prepare(&in);
        EXPECT(in.network < 0 && namespace_of("net") == before);
        EXPECT(row_network(&in, &e) == 0);
        EXPECT(namespace_of("net") != before);
    }
}

TEST(a_network_that_could_not_be_prepared_is_made_at_its_row)
{
    static const struct fake_rule once[] = {
        { .call = __NR_unshare, .any_second = true, .times = 1, .answer = -EPERM },
        { .call = __NR_openat, .any_second = true, .times = 1, .answer = -ENOENT },
    };

    for (size_t i = 0; i < ARRAY_SIZE(once); i++)
        IN_SANDBOX(CLONE_NEWNET)
        {
            struct init in = sandbox_init(PLAN());
            struct err e = { 0 };
            ino_t before = namespace_of("net");

            fake_rule(&once[i]);
            network_prepare(&in);
            EXPECT(in.network < 0 && namespace_of("net") == before);
            EXPECT(row_network(&in, &e) == 0);
            EXPECT(namespace_of("net") != before);
        }
}

TEST(a_namespace_that_can_not_be_made_is_an_error)
{
    IN_SANDBOX(0)
    {
        struct init in = sandbox_init(PLAN());
        struct err e = { 0 };

        fake_deny(__NR_unshare, ENOSPC);
        EXPECT_ERROR(row_network(&in, &e), e, ENOSPC, "unshare");
        EXPECT_ERROR(row_cgroup_ns(&in, &e), e, ENOSPC, "unshare");
    }
}

TEST(a_cgroup_namespace_of_its_own)
{
    IN_SANDBOX(0)
    {
        struct init in = sandbox_init(PLAN());
        struct err e = { 0 };
        ino_t before = namespace_of("cgroup");

        EXPECT(row_cgroup_ns(&in, &e) == 0);
        EXPECT(namespace_of("cgroup") != before);
    }
}

TEST(a_session_is_started_unless_we_lead_one)
{
    IN_SANDBOX(0)
    {
        struct init in = sandbox_init(PLAN());
        struct err e = { 0 };

        EXPECT(row_session(&in, &e) == 0 && getsid(0) == getpid());
        EXPECT(row_session(&in, &e) == 0);
        fake_deny(__NR_setsid, ENOSYS);
        EXPECT_ERROR(row_session(&in, &e), e, ENOSYS, "setsid");
    }
}

TEST(only_a_kernel_without_keys_goes_without_a_keyring)
{
    static const struct {
        int code, want;
        const char *text;
    } rows[] = {
        { ENOSYS, 0, "" },
        { EPERM, -EPERM, "keyctl '_ses.box'" },
        { EDQUOT, -EDQUOT, "keyctl '_ses.box'" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(0)
        {
            struct init in = sandbox_init(PLAN(.keyring = true));
            struct err e = { 0 };

            fake_deny(__NR_keyctl, rows[i].code);
            EXPECT(row_keyring(&in, &e) == rows[i].want);
            EXPECT_STR(e.text, rows[i].text);
        }
}

TEST(cgroups_are_entered_by_the_files_that_the_parent_opened)
{
    auto_scratch s = scratch_make();

    IN_SANDBOX(0)
    {
        struct init in = sandbox_init(PLAN());
        struct err e = { 0 };

        in.grants.procs_fd[0] = openat(s.fd, "tasks", O_RDWR | O_CREAT | O_EXCL, 0600);
        in.grants.procs_fd[1] = open("/dev/full", O_WRONLY);
        in.grants.procs_count = 2;
        EXPECT_ERROR(row_enter_cgroups(&in, &e), e, ENOSPC, "write tasks of v1 hierarchy 1");
        EXPECT(openat(s.fd, "tasks", O_RDONLY) == in.grants.procs_fd[0]);
        EXPECT(lseek(in.grants.procs_fd[0], 0, SEEK_END) == 1);
    }
}

TEST(container_root_keeps_the_ids_it_came_with_when_root_is_not_mapped)
{
    static const struct {
        long call;
        int code, want;
        const char *text;
    } rows[] = {
        { __NR_setresgid, EINVAL, 0, "" },
        { __NR_setresuid, EINVAL, 0, "" },
        { __NR_setresgid, EPERM, -EPERM, "setresgid 0" },
        { __NR_setresuid, EPERM, -EPERM, "setresuid 0" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(0)
        {
            struct init in = sandbox_init(PLAN());
            struct err e = { 0 };

            fake_deny(rows[i].call, rows[i].code);
            EXPECT(row_container_root(&in, &e) == rows[i].want);
            EXPECT_STR(e.text, rows[i].text);
            EXPECT(rows[i].want < 0 || prctl(PR_GET_DUMPABLE) == 0);
        }
}

TEST_MAIN()
