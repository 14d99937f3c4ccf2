// SPDX-License-Identifier: Apache-2.0
/* test_no_memory.c - a filter for which memory runs out is an error, or the same filter. */
#include "test.h"

#include "security/seccomp.h"

#include "../base/scratch.h"
#include "base/cleanup.h"
#include "bpf.h"
#include "config/spec.h"
#include "scarce.h"

#include <errno.h>
#include <linux/audit.h>

enum { NUMBERS = 512 };

/* With two architectures, conditions, an alternative error and names that are unknown. */
static struct spec *make_profile(void)
{
    static const char text[] =
        "{\"ociVersion\":\"1.0.0\",\"root\":{\"path\":\"r\"},\"linux\":{\"seccomp\":{"
        "\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":1,"
        "\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\"],\"syscalls\":["
        "{\"names\":[\"read\",\"write\",\"close\",\"no_such_call\",\"mmap\",\"futex\"],"
        "\"action\":\"SCMP_ACT_ALLOW\"},"
        "{\"names\":[\"personality\"],\"action\":\"SCMP_ACT_ALLOW\","
        "\"args\":[{\"index\":0,\"value\":8,\"op\":\"SCMP_CMP_EQ\"}]},"
        "{\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":22,"
        "\"args\":[{\"index\":0,\"value\":16,\"op\":\"SCMP_CMP_NE\"}]},"
        "{\"names\":[\"clone\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,"
        "\"value\":2114060288,\"valueTwo\":0,\"op\":\"SCMP_CMP_MASKED_EQ\"}]}]}}}";
    struct spec *s = NULL;
    struct err e;

    EXPECT(spec_parse(text, sizeof text - 1, &s, &e) == 0);
    return s;
}

static bool same_verdicts(const struct seccomp_program *a, const struct seccomp_program *b)
{
    static const uint32_t archs[] = { AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, AUDIT_ARCH_ARM };
    static const uint64_t arguments[] = { 0, 8, 16, UINT64_C(0x10000000) };

    for (size_t i = 0; i < ARRAY_SIZE(archs); i++)
        for (int nr = 0; nr < NUMBERS; nr++)
            for (size_t k = 0; k < ARRAY_SIZE(arguments); k++) {
                struct seccomp_data data = { .nr = nr, .arch = archs[i], .args = { arguments[k] } };

                if (bpf_run(a->insns, a->count, &data) != bpf_run(b->insns, b->count, &data))
                    return false;
            }
    return true;
}

/* Compiles with each allocation failing once; returns how many there are. */
static unsigned try_all(const struct spec_seccomp *s, int cache, const struct seccomp_program *want)
{
    bool failed = true;
    unsigned n;

    for (n = 1; failed; n++) {
        cleanup(seccomp_program_done) struct seccomp_program got = { 0 };
        struct err e = { 0 };
        int rc;

        scarce_begin(n);
        rc = seccomp_compile(s, cache, &got, &e);
        failed = scarce_end();
        if (rc < 0)
            EXPECT(failed && rc == -ENOMEM && e.code == ENOMEM && e.text[0]);
        else
            EXPECT(same_verdicts(&got, want) && got.flags == want->flags);
    }
    return n - 2;
}

TEST(a_filter_without_memory_is_an_error_or_the_same_filter)
{
    cleanup(spec_freep) struct spec *s = make_profile();
    cleanup(seccomp_program_done) struct seccomp_program want = { 0 };
    struct err e;

    EXPECT(seccomp_compile(s->linux_.seccomp, -1, &want, &e) == 0 && want.count > 10);
    EXPECT(try_all(s->linux_.seccomp, -1, &want) > 10);
}

TEST(nothing_wrong_gets_into_the_cache)
{
    cleanup(spec_freep) struct spec *s = make_profile();
    cleanup(seccomp_program_done) struct seccomp_program want = { 0 }, cached = { 0 };
    auto_scratch dir = scratch_make();
    struct err e;

    EXPECT(seccomp_compile(s->linux_.seccomp, -1, &want, &e) == 0);
    EXPECT(try_all(s->linux_.seccomp, dir.fd, &want) > 0);
    EXPECT(seccomp_compile(s->linux_.seccomp, dir.fd, &cached, &e) == 0);
    EXPECT(same_verdicts(&cached, &want));
}

TEST_MAIN()
