// SPDX-License-Identifier: Apache-2.0
/*
 * seccomp_conditions.c - calls about which there are several decisions, in front of libseccomp's
 * part.
 *
 * libseccomp merges the conditions of all rules for a call into one tree, and gets it wrong when
 * rules compare the same argument in different ways: with 2.5.4, "less than 0xffffffff" beside "at
 * least 0x100000001" also matches 0xffffffff, and some combinations never return from
 * seccomp_rule_add(). So these calls are decided here, one condition after the other.
 */
#include "security/seccomp_build.h"

#include "base/cleanup.h"

#include <linux/seccomp.h>

/* A jump that leaves the rule; the distance is filled in when the rule's end is known. A rule has
 * at most SECCOMP_ARGS_MAX * CONDITION_MAX + 1 instructions, so no real distance has this value. */
enum { FAIL = 255, CONDITION_MAX = 6 };

#define LOAD(offset)          BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(offset))
#define AND(mask)             BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask)
#define ANSWER(action)        BPF_STMT(BPF_RET | BPF_K, action)
#define ALWAYS(distance)      BPF_STMT(BPF_JMP | BPF_JA, (uint32_t)(distance))
#define IF_EQ(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)
#define IF_GT(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, value, yes, no)
#define IF_GE(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, value, yes, no)
#define EMIT(b, insn)         buf_add(b, &(struct sock_filter)insn, sizeof(struct sock_filter))

/* libseccomp looks at the low half only where arguments have 32 bits; so do we. */
static bool has_wide_args(uint32_t token)
{
    return (token & __AUDIT_ARCH_64BIT) && token != SCMP_ARCH_MIPS64N32 &&
           token != SCMP_ARCH_MIPSEL64N32;
}

static size_t arg_offset(const struct spec_seccomp_arg *a, bool high)
{
    bool big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;

    return offsetof(struct seccomp_data, args) + a->index * sizeof(uint64_t) +
           (high != big_endian ? sizeof(uint32_t) : 0);
}

/* The high half. Falls through when the low half has to decide; when the answer is yes already,
 * jumps over what add_low() emits for the same operator (a load and a jump). */
static void add_high(struct buf *p, const struct spec_seccomp_arg *a)
{
    uint32_t high = (uint32_t)(a->value >> 32), two = (uint32_t)(a->value_two >> 32);

    EMIT(p, LOAD(arg_offset(a, true)));
    switch (a->op) {
    case SCMP_CMP_EQ:
        EMIT(p, IF_EQ(high, 0, FAIL));
        break;
    case SCMP_CMP_NE:
        EMIT(p, IF_EQ(high, 0, 2));
        break;
    case SCMP_CMP_GT:
    case SCMP_CMP_GE:
        EMIT(p, IF_GT(high, 3, 0));
        EMIT(p, IF_EQ(high, 0, FAIL));
        break;
    case SCMP_CMP_LT:
    case SCMP_CMP_LE:
        EMIT(p, IF_GT(high, FAIL, 0));
        EMIT(p, IF_EQ(high, 0, 2));
        break;
    default: /* SCMP_CMP_MASKED_EQ */
        EMIT(p, AND(high));
        EMIT(p, IF_EQ(two & high, 0, FAIL));
        break;
    }
}

static void add_low(struct buf *p, const struct spec_seccomp_arg *a)
{
    uint32_t low = (uint32_t)a->value, two = (uint32_t)a->value_two;

    EMIT(p, LOAD(arg_offset(a, false)));
    switch (a->op) {
    case SCMP_CMP_EQ:
        EMIT(p, IF_EQ(low, 0, FAIL));
        break;
    case SCMP_CMP_NE:
        EMIT(p, IF_EQ(low, FAIL, 0));
        break;
    case SCMP_CMP_GT:
        EMIT(p, IF_GT(low, 0, FAIL));
        break;
    case SCMP_CMP_GE:
        EMIT(p, IF_GE(low, 0, FAIL));
        break;
    case SCMP_CMP_LT:
        EMIT(p, IF_GE(low, FAIL, 0));
        break;
    case SCMP_CMP_LE:
        EMIT(p, IF_GT(low, FAIL, 0));
        break;
    default: /* SCMP_CMP_MASKED_EQ */
        EMIT(p, AND(low));
        EMIT(p, IF_EQ(two & low, 0, FAIL));
        break;
    }
}

/* "If all of its conditions hold, answer", falling through to what follows otherwise. */
static void add_decision(struct buf *p, const struct seccomp_decision *d, bool wide)
{
    size_t start = p->len / sizeof(struct sock_filter), end;
    struct sock_filter *insns;

    for (size_t i = 0; i < d->arg_count; i++) {
        if (wide)
            add_high(p, &d->args[i]);
        add_low(p, &d->args[i]);
    }
    EMIT(p, ANSWER(d->action));
    if (buf_failed(p))
        return;
    insns = (struct sock_filter *)p->data;
    end = p->len / sizeof *insns;
    for (size_t i = start; i < end; i++) {
        if (BPF_CLASS(insns[i].code) != BPF_JMP)
            continue;
        if (insns[i].jt == FAIL)
            insns[i].jt = (uint8_t)(end - i - 1);
        if (insns[i].jf == FAIL)
            insns[i].jf = (uint8_t)(end - i - 1);
    }
}

/* Set the distance of the jump at byte offset `at` so that it lands behind everything so far. */
static void land_here(struct buf *p, size_t at)
{
    if (!buf_failed(p))
        ((struct sock_filter *)(p->data + at))->k =
            (uint32_t)((p->len - at) / sizeof(struct sock_filter) - 1);
}

/*
 * libseccomp has no way to ask for the direct socket calls of x86 and s390 (Linux 4.3): it names
 * the pseudo calls behind socketcall(2), -100 minus their number there.
 */
static int direct_number(uint32_t token, int call)
{
    static const uint16_t direct[] = { [1] = 359,  [2] = 361,  [3] = 362,  [4] = 363,  [6] = 367,
                                       [7] = 368,  [8] = 360,  [11] = 369, [12] = 371, [13] = 373,
                                       [14] = 366, [15] = 365, [16] = 370, [17] = 372, [18] = 364 };
    size_t i = (size_t)(-100 - (long)call);

    if (token != SCMP_ARCH_X86 && token != SCMP_ARCH_S390 && token != SCMP_ARCH_S390X)
        return call;
    return call < -100 && i < ARRAY_SIZE(direct) && direct[i] ? direct[i] : call;
}

/* One call: its decisions in order, then the default. */
static void add_call(struct seccomp_build *b, const struct seccomp_decision *d, size_t count,
                     const struct seccomp_arch *arch)
{
    int number = b->lib->syscall_resolve_name_arch((int)arch->token, d->name);
    size_t skip;

    number = direct_number(arch->token, number);
    if (number < 0)
        return;
    EMIT(&b->program, IF_EQ((uint32_t)number, 1, 0));
    skip = b->program.len;
    EMIT(&b->program, ALWAYS(0));
    for (size_t i = 0; i < count; i++)
        add_decision(&b->program, &d[i], has_wide_args(arch->token));
    EMIT(&b->program, ANSWER(b->default_action));
    land_here(&b->program, skip);
}

/* One architecture: jumped over by others. */
static void add_arch(struct seccomp_build *b, const struct seccomp_arch *arch)
{
    uint32_t token = arch->token == SCMP_ARCH_X32 ? SCMP_ARCH_X86_64 : arch->token;
    size_t before = b->program.len, skip, empty, next, count;

    EMIT(&b->program, LOAD(offsetof(struct seccomp_data, arch)));
    EMIT(&b->program, IF_EQ(token, 1, 0));
    skip = b->program.len;
    EMIT(&b->program, ALWAYS(0));
    EMIT(&b->program, LOAD(offsetof(struct seccomp_data, nr)));
    empty = b->program.len;
    for (size_t i = 0; i < b->decision_count; i = next) {
        next = seccomp_next_call(b, i, &count);
        if (count > 1)
            add_call(b, &b->decisions[i], count, arch);
    }
    if (b->program.len == empty)
        b->program.len = before; /* nothing to decide */
    else
        land_here(&b->program, skip);
}

void seccomp_conditions_add(struct seccomp_build *b)
{
    for (size_t i = 0; i < b->arch_count; i++)
        add_arch(b, &b->archs[i]);
}
