// SPDX-License-Identifier: Apache-2.0
/*
 * seccomp_enosys.c - system calls that a filter's author could not know answer ENOSYS.
 *
 * A C library tries the newest call first and falls back when the kernel says ENOSYS. Many profiles
 * answer EPERM to what they do not name, which the library takes for a verdict, so an old profile
 * breaks new programs. Numbers above everything that the profile names were added after it was
 * written: for them the filter says what that older kernel would have said.
 */
#include "security/seccomp_enosys.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdbool.h>

/*
 * Since Linux 5.1 (number 403) every architecture adds the same numbers; below, the tables differ
 * and have gaps that were filled late (i386 and s390 got direct socket and ipc calls at 359-402).
 * A small profile says nothing about what its author knew, so nothing below that is called new.
 */
enum {
    LAST_OLD = 402,
    X32_LAST_OLD = 547, /* x32 has calls of its own at 512-547 */
    MIPS_FIRST = 4000,  /* the three MIPS interfaces start at 4000, 5000 and 6000 */
    SECTION_MAX = 8,
};

#define X32_BIT     0x40000000U
#define ARM_PRIVATE 0x000f0000U /* cacheflush, set_tls and others, __ARM_NR_BASE */

#define LOAD(field)          BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define ANSWER               BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS)
#define TO_FILTER            BPF_STMT(BPF_JMP | BPF_JA, 0) /* the distance is filled in at the end */
#define SKIP_UNLESS_ABOVE(n) BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, n, 0, 1)
#define SKIP_UNLESS(n)       BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, n, 0, 1)

static uint32_t private_range(uint32_t token)
{
    if (token == SCMP_ARCH_X86_64)
        return X32_BIT;
    return token == SCMP_ARCH_ARM ? ARM_PRIVATE : 0;
}

bool seccomp_enosys_counts(uint32_t token, int number)
{
    uint32_t private = private_range(token);

    return number >= 0 && (!private || (uint32_t)number < private);
}

static uint32_t last_known(const struct seccomp_arch *a)
{
    uint32_t old = LAST_OLD;

    if (a->token == SCMP_ARCH_X32)
        old = X32_BIT | X32_LAST_OLD;
    else if (a->newest >= MIPS_FIRST)
        old = a->newest - a->newest % 1000 + LAST_OLD;
    return a->newest > old ? a->newest : old;
}

/* What comes after the architecture was recognised; ends in a jump to the filter. */
static size_t section(const struct seccomp_arch *a, const struct seccomp_arch *x32,
                      struct sock_filter *ret)
{
    uint32_t private = private_range(a->token);
    size_t i = 0;

    ret[i++] = (struct sock_filter)LOAD(nr);
    if (a->token == SCMP_ARCH_S390 || a->token == SCMP_ARCH_S390X) {
        /* Numbers the kernel doesn't know arrive as 0 here; setup(2) itself is gone for long. */
        ret[i++] = (struct sock_filter)SKIP_UNLESS(0);
        ret[i++] = (struct sock_filter)ANSWER;
    }
    if (private)
        ret[i++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, private, 3, 0);
    ret[i++] = (struct sock_filter)SKIP_UNLESS_ABOVE(last_known(a));
    ret[i++] = (struct sock_filter)ANSWER;
    ret[i++] = (struct sock_filter)TO_FILTER;
    if (x32) {
        ret[i++] = (struct sock_filter)SKIP_UNLESS_ABOVE(last_known(x32));
        ret[i++] = (struct sock_filter)ANSWER;
    }
    if (private)
        ret[i++] = (struct sock_filter)TO_FILTER;
    return i;
}

/* x32 has x86-64's AUDIT_ARCH and is told apart by a bit of the number: it has no section. */
static const struct seccomp_arch *find_x32(const struct seccomp_arch *archs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (archs[i].token == SCMP_ARCH_X32 && archs[i].named)
            return &archs[i];
    return NULL;
}

void seccomp_enosys_add(const struct seccomp_arch *archs, size_t count, struct buf *program)
{
    size_t start = program->len, n;
    struct sock_filter *insns;

    buf_add(program, &(struct sock_filter)LOAD(arch), sizeof *insns);
    for (size_t i = 0; i < count; i++) {
        const struct seccomp_arch *a = &archs[i];
        struct sock_filter code[1 + SECTION_MAX];
        size_t len;

        if (a->token == SCMP_ARCH_X32 || !a->named)
            continue;
        len = section(a, a->token == SCMP_ARCH_X86_64 ? find_x32(archs, count) : NULL, code + 1);
        code[0] =
            (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, a->token, 0, (uint8_t)len);
        buf_add(program, code, (1 + len) * sizeof *code);
    }
    if (buf_failed(program))
        return;
    insns = (struct sock_filter *)(program->data + start);
    n = (program->len - start) / sizeof *insns;
    for (size_t i = 0; i < n; i++)
        if (insns[i].code == (BPF_JMP | BPF_JA))
            insns[i].k = (uint32_t)(n - i - 1);
}
