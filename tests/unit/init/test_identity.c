// SPDX-License-Identifier: Apache-2.0
/* test_identity.c - user, groups and capabilities are exactly those of the configuration. */
#include "sandbox.h"

#include <grp.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <sys/syscall.h>

/* "CapEff:	0000000000000001" of our status. */
static uint64_t caps_of(const char *set)
{
    const char *line = strstr(sandbox_read("/proc/self/status"), set);
    uint64_t caps = 0;

    EXPECT(line && sscanf(line + strlen(set), ":\t%" SCNx64, &caps) == 1);
    return caps;
}

#define BIT(cap) (UINT64_C(1) << (cap))

TEST(capabilities_are_those_asked_for_as_far_as_we_have_them)
{
    IN_SANDBOX(0)
    {
        struct init in = sandbox_init(
            PLAN(.process = ",'capabilities':{'bounding':['CAP_CHOWN','CAP_KILL'],'permitted':["
                            "'CAP_CHOWN','CAP_KILL'],'inheritable':['CAP_KILL'],'effective':["
                            "'CAP_CHOWN'],'ambient':['CAP_KILL']}"));
        struct err e = { 0 };

        EXPECT(row_bounding(&in, &e) == 0);
        EXPECT(caps_of("CapBnd") == (BIT(CAP_CHOWN) | BIT(CAP_KILL)));
        EXPECT(row_ambient(&in, &e) == 0);
        EXPECT(caps_of("CapAmb") == BIT(CAP_KILL) && caps_of("CapInh") == BIT(CAP_KILL));
        EXPECT(row_capabilities(&in, &e) == 0);
        EXPECT(caps_of("CapPrm") == (BIT(CAP_CHOWN) | BIT(CAP_KILL)));
        EXPECT(caps_of("CapEff") == BIT(CAP_CHOWN));
        EXPECT_STR(e.text, "");
    }
}

TEST(without_capabilities_none_is_left)
{
    IN_SANDBOX(0)
    {
        struct init in = sandbox_init(PLAN());
        struct err e = { 0 };

        EXPECT(row_bounding(&in, &e) == 0 && row_ambient(&in, &e) == 0);
        EXPECT(row_capabilities(&in, &e) == 0);
        EXPECT(!caps_of("CapBnd") && !caps_of("CapPrm") && !caps_of("CapEff") &&
               !caps_of("CapInh") && !caps_of("CapAmb"));
    }
}

TEST(what_the_kernel_refuses_is_an_error)
{
    static const struct {
        int (*row)(struct init *in, struct err *e);
        long call, second;
        const char *text;
    } rows[] = {
        { row_bounding, __NR_prctl, 1, "drop capability 1" },
        { row_ambient, __NR_capget, -1, "capget" },
        { row_ambient, __NR_capset, -1, "capset" },
        { row_ambient, __NR_prctl, PR_CAP_AMBIENT_CLEAR_ALL, "clear ambient set" },
        { row_capabilities, __NR_capget, -1, "capget" },
        { row_capabilities, __NR_capset, -1, "capset" },
        { row_ids, __NR_setgroups, -1, "setgroups" },
        { row_ids, __NR_prctl, 1, "prctl PR_SET_KEEPCAPS" },
        { row_ids, __NR_setresgid, -1, "process.user.gid: setresgid 0" },
        { row_ids, __NR_setresuid, -1, "process.user.uid: setresuid 0" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(0)
        {
            struct init in = sandbox_init(PLAN());
            struct err e = { 0 };

            if (rows[i].row == row_ids)
                sandbox_needs_ids(); /* or no groups may be set */
            fake_rule(&(struct fake_rule){ .call = rows[i].call,
                                           .second = rows[i].second,
                                           .any_second = rows[i].second < 0,
                                           .answer = -EPERM });
            EXPECT_ERROR(rows[i].row(&in, &e), e, EPERM, rows[i].text);
        }
}

TEST(a_kernel_that_only_says_so_is_not_believed)
{
    static const struct {
        int (*row)(struct init *in, struct err *e);
        long call;
        const char *text;
    } rows[] = {
        { row_capabilities, __NR_capset, "capabilities did not take effect" },
        { row_ids, __NR_setresuid, "ids are 0:7, not 7:7" },
        { row_ids, __NR_setresgid, "ids are 7:0, not 7:7" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(0)
        {
            struct init in = sandbox_init(PLAN(.process = ",'user':{'uid':7,'gid':7}"));
            struct err e = { 0 };

            sandbox_needs_ids();
            fake_rule(&(struct fake_rule){ .call = rows[i].call, .any_second = true });
            EXPECT_ERROR(rows[i].row(&in, &e), e, EOPNOTSUPP, rows[i].text);
        }
}

TEST(the_user_changes_and_permitted_capabilities_stay)
{
    IN_SANDBOX(0)
    {
        struct init in =
            sandbox_init(PLAN(.process = ",'user':{'uid':1000,'gid':1001,'additionalGids':[5,6]}"));
        struct err e = { 0 };
        gid_t groups[8];

        sandbox_needs_ids();
        EXPECT(row_ids(&in, &e) == 0);
        EXPECT_STR(e.text, "");
        EXPECT(getuid() == 1000 && geteuid() == 1000 && getgid() == 1001);
        EXPECT(getgroups(8, groups) == 2 && groups[0] == 5 && groups[1] == 6);
        EXPECT(caps_of("CapPrm") != 0 && caps_of("CapEff") == 0);
        EXPECT(prctl(PR_GET_DUMPABLE) == 0);
    }
}

TEST(groups_where_the_namespace_may_set_none)
{
    static const struct {
        const char *process;
        int want;
        const char *text;
    } rows[] = {
        { "", 0, "" },
        { ",'user':{'uid':0,'gid':0,'additionalGids':[5]}", -EINVAL,
          "process.user.additionalGids: this user namespace may not set groups" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(0)
        {
            struct init in = sandbox_init(PLAN(.process = rows[i].process));
            struct err e = { 0 };

            in.setgroups_denied = true;
            EXPECT(row_ids(&in, &e) == rows[i].want);
            EXPECT_STR(e.text, rows[i].text);
            EXPECT(fake_count(__NR_setgroups) == 0);
        }
}

TEST(a_joined_namespace_that_may_set_no_groups_needs_none)
{
    static const struct {
        uint32_t join_flags, count;
        int want;
    } rows[] = {
        { CLONE_NEWUSER, 0, 0 },
        { CLONE_NEWUSER, 1, -EPERM },
        { CLONE_NEWUTS, 0, -EPERM },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        IN_SANDBOX(0)
        {
            struct plan plan = { .kind = PLAN_EXEC,
                                 .join_flags = rows[i].join_flags,
                                 .groups = { 0, rows[i].count } };
            struct init in = sandbox_init(&plan);
            struct err e = { 0 };

            fake_deny(__NR_setgroups, EPERM);
            EXPECT(row_ids(&in, &e) == rows[i].want);
            EXPECT_STR(e.text, rows[i].want ? "setgroups" : "");
        }
}

TEST_MAIN()
