// SPDX-License-Identifier: Apache-2.0
/* test_label.c - V24: labels that a runtime would act on are known as such. */
#include "lade/bundle/label.h"

#include "test.h"

TEST(v24_what_runtimes_act_on_is_active)
{
    static const char *const active[] = {
        "run.oci.hooks.stdout",      "run.oci.seccomp_bpf_data",
        "org.criu.config",           "org.systemd.property.ExecStartPost",
        "module.wasm.image/variant", "io.kubernetes.cri.sandbox-id",
    };
    static const char *const plain[] = { "maintainer", "org.opencontainers.image.title", "run.oci",
                                         "org.criusomething" };
    struct label_rules none = { 0 };

    for (size_t i = 0; i < sizeof active / sizeof active[0]; i++)
        EXPECT(label_is_active(&none, active[i]));
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        EXPECT(!label_is_active(&none, plain[i]));
}

TEST(v24_the_runtime_adds_its_own)
{
    static const char text[] =
        "{\"ociVersionMin\":\"1.0.0\",\"potentiallyUnsafeConfigAnnotations\":[\"x.exact\",\"y.\"]}";
    struct label_rules rules = { 0 };
    struct err e;

    EXPECT(label_rules_read(text, sizeof text - 1, &rules, &e) == 0);
    EXPECT(label_is_active(&rules, "x.exact"));
    EXPECT(!label_is_active(&rules, "x.exact.more"));
    EXPECT(label_is_active(&rules, "y.anything"));
    EXPECT(label_is_active(&rules, "org.criu.config"));
    label_rules_done(&rules);
}

TEST(a_runtime_that_prints_nonsense_is_an_error)
{
    struct label_rules rules = { 0 };
    struct err e;

    EXPECT(label_rules_read("usage", 5, &rules, &e) < 0);
    EXPECT(label_rules_read("{\"potentiallyUnsafeConfigAnnotations\":[1]}", 42, &rules, &e) < 0);
    label_rules_done(&rules);
}

TEST_MAIN()
