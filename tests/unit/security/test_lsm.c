// SPDX-License-Identifier: Apache-2.0
/* test_lsm.c - a label asked for on a host without its module is an error; asking for nothing
 * never. */
#include "security/lsm.h"

#include "base/cleanup.h"

#include "test.h"

TEST(no_label_asks_for_nothing)
{
    static const char *const labels[] = { NULL, "" };

    for (size_t i = 0; i < ARRAY_SIZE(labels); i++) {
        struct err e = { 0 };

        EXPECT(lsm_apparmor_check(labels[i], "process.apparmorProfile", &e) == 0);
        EXPECT(lsm_selinux_check(labels[i], "process.selinuxLabel", &e) == 0);
        EXPECT_STR(e.text, "");
    }
}

TEST(unconfined_is_what_a_host_without_apparmor_gives)
{
    struct err e = { 0 };

    EXPECT(lsm_apparmor_check("unconfined", "process.apparmorProfile", &e) == 0);
}

TEST(a_profile_needs_apparmor)
{
    static const char *const profiles[] = { "davit-default", "unconfined_foo", "Unconfined" };

    for (size_t i = 0; i < ARRAY_SIZE(profiles); i++) {
        bool enabled = lsm_apparmor_enabled();
        struct err e = { 0 };
        int rc = lsm_apparmor_check(profiles[i], "process.apparmorProfile", &e);

        EXPECT(rc == -e.code && (rc == 0) == enabled);
        EXPECT_STR(e.text,
                   enabled ? "" : "process.apparmorProfile: AppArmor is not enabled on this host");
        EXPECT(enabled || e.kind == ERR_UNSUPPORTED);
    }
}

TEST(a_label_needs_selinux_and_its_policy)
{
    bool enabled = lsm_selinux_enabled();
    struct err e = { 0 };

    EXPECT(lsm_selinux_check("no:such:context", "process.selinuxLabel", &e) == -e.code);
    EXPECT(e.kind == (enabled ? ERR_INVALID : ERR_UNSUPPORTED));
    EXPECT_STR(e.text, enabled ? "process.selinuxLabel: 'no:such:context' is not a context of the "
                                 "loaded policy"
                               : "process.selinuxLabel: SELinux is not enabled on this host");
}

TEST_MAIN()
