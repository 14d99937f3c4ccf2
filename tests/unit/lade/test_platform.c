// SPDX-License-Identifier: Apache-2.0
/* test_platform.c - names of platforms and who may stand in for whom. */
#include "test.h"

#include "lade/name/platform.h"

static struct arena arena;

static const char *normal(const char *text)
{
    static char line[PLATFORM_TEXT_SIZE];
    struct platform p;
    struct err e;

    if (platform_parse(&arena, text, &p, &e) < 0)
        return "refused";
    platform_format(&p, line);
    return line;
}

static int rank(const char *wanted, const char *offered)
{
    struct platform w, o;
    struct err e;

    EXPECT(platform_parse(&arena, wanted, &w, &e) == 0);
    EXPECT(platform_parse(&arena, offered, &o, &e) == 0);
    return platform_rank(&w, &o);
}

/* The offers are in falling order of preference; what ends the list serves not at all. */
static void expect_order(const char *wanted, const char *const *offers, const char *never)
{
    int before = -1;

    for (; *offers; offers++) {
        int r = rank(wanted, *offers);

        if (r <= before)
            EXPECT_STR(*offers, "after the ones before it");
        before = r;
    }
    EXPECT(rank(wanted, never) < 0);
}

TEST(R22_normalises_names)
{
    EXPECT_STR(normal("linux/x86_64"), "linux/amd64");
    EXPECT_STR(normal("linux/x86-64"), "linux/amd64");
    EXPECT_STR(normal("linux/amd64/v1"), "linux/amd64");
    EXPECT_STR(normal("linux/amd64/v2"), "linux/amd64/v2");
    EXPECT_STR(normal("linux/i386"), "linux/386");
    EXPECT_STR(normal("linux/aarch64"), "linux/arm64");
    EXPECT_STR(normal("linux/arm64/v8"), "linux/arm64");
    EXPECT_STR(normal("linux/armhf"), "linux/arm/v7");
    EXPECT_STR(normal("linux/armel"), "linux/arm/v6");
    EXPECT_STR(normal("linux/arm"), "linux/arm/v7");
    EXPECT_STR(normal("arm64"), "linux/arm64");
    EXPECT_STR(normal("windows/amd64"), "windows/amd64");
}

TEST(R27_passes_unknown_variants_through)
{
    EXPECT_STR(normal("linux/riscv64/rva20u64"), "linux/riscv64/rva20u64");
    EXPECT_STR(normal("linux/ppc64le/power8"), "linux/ppc64le/power8");
    EXPECT(rank("linux/ppc64le/power9", "linux/ppc64le/power8") < 0);
    EXPECT(rank("linux/ppc64le/power9", "linux/ppc64le") > 0);
}

TEST(R23_falls_back_on_lower_variants)
{
    expect_order("linux/arm/v7",
                 (const char *const[]){ "linux/arm/v7", "linux/arm/v6", "linux/arm/v5", NULL },
                 "linux/arm/v8");
    expect_order("linux/arm64",
                 (const char *const[]){ "linux/arm64/v8", "linux/arm/v8", "linux/arm/v7",
                                        "linux/arm/v6", "linux/arm/v5", NULL },
                 "linux/arm64/v9");
    expect_order("linux/arm64/v9.2",
                 (const char *const[]){ "linux/arm64/v9.2", "linux/arm64/v9.1", "linux/arm64/v9",
                                        "linux/arm64/v8.7", "linux/arm64/v8.5", "linux/arm64",
                                        "linux/arm/v8", NULL },
                 "linux/arm64/v9.3");
    expect_order("linux/amd64/v3",
                 (const char *const[]){ "linux/amd64/v3", "linux/amd64/v2", "linux/amd64", NULL },
                 "linux/amd64/v4");
    EXPECT(rank("linux/amd64", "linux/386") < 0);
    EXPECT(rank("linux/amd64", "linux/amd64/v2") < 0);
    EXPECT(rank("linux/amd64", "windows/amd64") < 0);
    /* arm without a variant is v7 by R22, which a v6 machine can't run. */
    EXPECT(rank("linux/arm/v6", "linux/arm") < 0);
}

TEST(R21_never_selects_attestations)
{
    struct platform wanted, unknown = { .os = "unknown", .architecture = "unknown" }, none = { 0 };
    struct err e;

    EXPECT(platform_parse(&arena, "linux/amd64", &wanted, &e) == 0);
    EXPECT(platform_rank(&wanted, &unknown) < 0);
    EXPECT(platform_rank(&wanted, &none) < 0);
}

TEST(R24_reads_the_variant_from_cpuinfo)
{
    EXPECT_STR(platform_arm_variant("processor\t: 0\nmodel name\t: ARMv7 Processor rev 5 (v7l)\n"
                                    "CPU architecture: 7\n"),
               "v7");
    EXPECT_STR(platform_arm_variant("model name\t: ARMv6-compatible processor rev 7 (v6l)\n"
                                    "CPU architecture: 7\n"),
               "v6");
    EXPECT_STR(platform_arm_variant("CPU architecture: 8\n"), "v8");
    EXPECT_STR(platform_arm_variant("CPU architecture: AArch64\n"), "v8");
    EXPECT_STR(platform_arm_variant("CPU architecture: 5TEJ\n"), "v5");
    EXPECT_STR(platform_arm_variant("CPU architecture"), "");
    EXPECT_STR(platform_arm_variant(""), "");
}

TEST(R24_knows_this_machine)
{
    struct platform p;
    struct err e;

    EXPECT(platform_host(&arena, &p, &e) == 0);
    EXPECT_STR(p.os, "linux");
    EXPECT(*p.architecture);
    EXPECT(platform_rank(&p, &p) == 0);
}

TEST(refuses_what_is_no_platform)
{
    EXPECT_STR(normal(""), "refused");
    EXPECT_STR(normal("/"), "refused");
    EXPECT_STR(normal("linux/"), "refused");
    EXPECT_STR(normal("linux/arm/"), "refused");
    EXPECT_STR(normal("linux/arm/v7/x"), "refused");
    EXPECT_STR(normal("linux/a b"), "refused");
    arena_done(&arena);
}

static bool agree(const char *wanted, const char *os, const char *architecture)
{
    struct platform said = { .os = os, .architecture = architecture, .variant = "v9" }, want;
    struct err e;

    return platform_parse(&arena, wanted, &want, &e) == 0 && platform_agrees(&want, &said);
}

TEST(R25_an_image_agrees_by_system_and_architecture)
{
    EXPECT(agree("linux/arm64", "linux", "aarch64"));
    EXPECT(agree("linux/arm/v7", "linux", "arm"));
    EXPECT(agree("linux/amd64", "", NULL));
    EXPECT(!agree("linux/amd64", "linux", "arm64"));
    EXPECT(!agree("linux/amd64", "windows", "amd64"));
}

TEST_MAIN()
