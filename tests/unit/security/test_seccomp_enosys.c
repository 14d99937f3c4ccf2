// SPDX-License-Identifier: Apache-2.0
/* test_seccomp_enosys.c - which numbers are newer than a profile (SEC-39), for every architecture.
 */
#include "security/seccomp_enosys.h"

#include "base/cleanup.h"

#include "bpf.h"
#include "test.h"

#include <errno.h>
#include <seccomp.h>

#define NEW     (SECCOMP_RET_ERRNO | ENOSYS)
#define FILTER  SECCOMP_RET_KILL_PROCESS /* stands for the filter behind */
#define X32_BIT 0x40000000U

static uint32_t answer(const struct seccomp_arch *archs, size_t count, uint32_t arch, uint32_t nr)
{
    static const struct sock_filter behind = BPF_STMT(BPF_RET | BPF_K, FILTER);
    struct seccomp_data d = { .nr = (int)nr, .arch = arch };
    auto_buf program = { 0 };

    seccomp_enosys_add(archs, count, &program);
    buf_add(&program, &behind, sizeof behind);
    return bpf_run((const struct sock_filter *)program.data, program.len / sizeof behind, &d);
}

TEST(answers_only_above_everything_known)
{
    static const struct seccomp_arch x86[] = {
        { SCMP_ARCH_X86_64, true, 439 },
        { SCMP_ARCH_X86, true, 450 },
        { SCMP_ARCH_X32, true, X32_BIT | 439 },
    };
    static const struct seccomp_arch old[] = { { SCMP_ARCH_X86_64, true, 231 },
                                               { SCMP_ARCH_AARCH64, false, 0 } };
    static const struct seccomp_arch others[] = {
        { SCMP_ARCH_ARM, true, 441 },          { SCMP_ARCH_S390X, true, 439 },
        { SCMP_ARCH_MIPSEL64, true, 5326 },    { SCMP_ARCH_RISCV64, true, 0 },
        { SCMP_ARCH_MIPSEL64N32, true, 6439 },
    };
    static const struct {
        const struct seccomp_arch *archs;
        size_t count;
        uint32_t arch, nr, want;
    } rows[] = {
        { x86, 3, SCMP_ARCH_X86_64, 0, FILTER },
        { x86, 3, SCMP_ARCH_X86_64, 439, FILTER },
        { x86, 3, SCMP_ARCH_X86_64, 440, NEW },
        { x86, 3, SCMP_ARCH_X86_64, X32_BIT - 1, NEW },
        { x86, 3, SCMP_ARCH_X86_64, X32_BIT, FILTER },
        { x86, 3, SCMP_ARCH_X86_64, X32_BIT | 439, FILTER },
        { x86, 3, SCMP_ARCH_X86_64, X32_BIT | 547, FILTER }, /* x32's own range */
        { x86, 3, SCMP_ARCH_X86_64, X32_BIT | 548, NEW },
        { x86, 3, SCMP_ARCH_X86_64, UINT32_MAX, NEW },
        { x86, 3, SCMP_ARCH_X86, 450, FILTER },
        { x86, 3, SCMP_ARCH_X86, 451, NEW },
        { x86, 3, SCMP_ARCH_AARCH64, 9999, FILTER }, /* not in the filter */
        { old, 2, SCMP_ARCH_X86_64, 232, FILTER },
        { old, 2, SCMP_ARCH_X86_64, 402, FILTER },
        { old, 2, SCMP_ARCH_X86_64, 403, NEW },
        { old, 2, SCMP_ARCH_X86_64, X32_BIT | 9999, FILTER }, /* x32 is not in the filter */
        { old, 2, SCMP_ARCH_X86_64, UINT32_MAX, FILTER },
        { old, 2, SCMP_ARCH_AARCH64, 9999, FILTER }, /* the profile names nothing there */
        { others, 5, SCMP_ARCH_ARM, 441, FILTER },
        { others, 5, SCMP_ARCH_ARM, 442, NEW },
        { others, 5, SCMP_ARCH_ARM, 0xf0005, FILTER }, /* set_tls */
        { others, 5, SCMP_ARCH_S390X, 0, NEW },        /* how that kernel passes unknown numbers */
        { others, 5, SCMP_ARCH_S390X, 1, FILTER },
        { others, 5, SCMP_ARCH_S390X, 440, NEW },
        { others, 5, SCMP_ARCH_MIPSEL64, 5402, FILTER },
        { others, 5, SCMP_ARCH_MIPSEL64, 5403, NEW },
        { others, 5, SCMP_ARCH_MIPSEL64N32, 6439, FILTER },
        { others, 5, SCMP_ARCH_MIPSEL64N32, 6440, NEW },
        { others, 5, SCMP_ARCH_RISCV64, 402, FILTER },
        { others, 5, SCMP_ARCH_RISCV64, 403, NEW },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        uint32_t got = answer(rows[i].archs, rows[i].count, rows[i].arch, rows[i].nr);

        if (got != rows[i].want)
            printf("# row %zu: got %#x\n", i, got);
        EXPECT(got == rows[i].want);
    }
}

TEST(counts_only_what_grows_with_the_kernel)
{
    EXPECT(seccomp_enosys_counts(SCMP_ARCH_X86_64, 0));
    EXPECT(seccomp_enosys_counts(SCMP_ARCH_X86_64, 450));
    EXPECT(!seccomp_enosys_counts(SCMP_ARCH_X86_64, -1));
    EXPECT(!seccomp_enosys_counts(SCMP_ARCH_X86, -101)); /* behind socketcall */
    EXPECT(!seccomp_enosys_counts(SCMP_ARCH_ARM, 0xf0002));
    EXPECT(seccomp_enosys_counts(SCMP_ARCH_X32, (int)(X32_BIT | 5)));
}

TEST_MAIN()
