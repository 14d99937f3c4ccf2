// SPDX-License-Identifier: Apache-2.0
/*
 * seccomp_shrink.c - the same filter in fewer instructions.
 *
 * The kernel translates a filter at every start, and the time grows with its length: podman's
 * profile, 1,500 instructions from libseccomp, took 0.25 ms of a start of 3 ms. Most of them
 * compare the system call's number with one constant each, and neighbours mostly get one answer.
 *
 * How it works: until a program loads an argument, all it does depends on the architecture and the
 * number alone, and only through comparisons with constants. So the constants cut the numbers into
 * ranges inside which the program behaves alike. It is run for each architecture it asks for (and
 * one that it does not) and for the first number of each range. Neighbouring ranges with one answer
 * become one; a search over the ranges that are left is the new program. A range whose answer hangs
 * on arguments keeps the part of the old program that looks at them, which must not look at the
 * number again. A program that does not fit this picture is left as it is.
 */
#include "security/seccomp_shrink.h"

#include "base/cleanup.h"
#include "security/seccomp_assemble.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <string.h>

enum { ARCHS_MAX = 40 };

/* What the accumulator may hold at an instruction. */
enum { HOLDS_NOTHING = 0, HOLDS_OTHER = 1, HOLDS_ARCH = 2, HOLDS_NUMBER = 4 };

/* An answer, or where the old program goes on to look at arguments. */
struct outcome {
    bool is_return;
    uint32_t value; /* action, or index of an instruction */
};

struct shrink {
    const struct sock_filter *insns;
    size_t count;
    uint8_t *holds;            /* by instruction */
    uint32_t *copied;          /* by instruction: its name in the new program, NOT_COPIED */
    uint32_t archs[ARCHS_MAX]; /* that the program compares with */
    size_t arch_count;
    uint32_t *starts; /* of ranges of numbers, ascending, the first is 0 */
    size_t start_count;
    struct outcome *outcomes; /* of those ranges, for the architecture in hand */
    struct assembly to;
};

static const uint32_t NOT_COPIED = UINT32_MAX;

static void shrink_done(struct shrink *s)
{
    free(s->holds);
    free(s->copied);
    free(s->starts);
    free(s->outcomes);
    assembly_done(&s->to);
}

static bool is_test(const struct sock_filter *i)
{
    return BPF_CLASS(i->code) == BPF_JMP && BPF_OP(i->code) != BPF_JA;
}

static bool is_load(const struct sock_filter *i)
{
    return i->code == (BPF_LD | BPF_W | BPF_ABS);
}

static int what_is_at(uint32_t offset)
{
    if (offset == offsetof(struct seccomp_data, arch))
        return HOLDS_ARCH;
    return offset == offsetof(struct seccomp_data, nr) ? HOLDS_NUMBER : HOLDS_OTHER;
}

/* --- what the program compares --- */

static bool add_arch(struct shrink *s, uint32_t arch)
{
    for (size_t i = 0; i < s->arch_count; i++)
        if (s->archs[i] == arch)
            return true;
    if (s->arch_count == ARCHS_MAX)
        return false;
    s->archs[s->arch_count++] = arch;
    return true;
}

/* A comparison splits the numbers below k, or above it, or both. */
static bool add_test(struct shrink *s, const struct sock_filter *i, int holds)
{
    if (holds & HOLDS_ARCH && (BPF_OP(i->code) != BPF_JEQ || !add_arch(s, i->k)))
        return false;
    if (!(holds & HOLDS_NUMBER))
        return true;
    if (BPF_OP(i->code) == BPF_JSET)
        return false;
    if (BPF_OP(i->code) != BPF_JGT)
        s->starts[s->start_count++] = i->k;
    if (BPF_OP(i->code) != BPF_JGE && i->k != UINT32_MAX)
        s->starts[s->start_count++] = i->k + 1;
    return true;
}

static bool flow(struct shrink *s, size_t to, int holds)
{
    if (to >= s->count)
        return false;
    s->holds[to] |= (uint8_t)holds;
    return true;
}

/* One pass is enough, as all jumps go forward. False: not a program that we understand. */
static bool look_at(struct shrink *s, size_t pc)
{
    const struct sock_filter *i = &s->insns[pc];
    int holds = s->holds[pc];

    if (holds == HOLDS_NOTHING) /* never reached */
        return true;
    switch (i->code) {
    case BPF_LD | BPF_W | BPF_ABS:
        return flow(s, pc + 1, what_is_at(i->k));
    case BPF_ALU | BPF_AND | BPF_K:
        return holds == HOLDS_OTHER && flow(s, pc + 1, HOLDS_OTHER);
    case BPF_JMP | BPF_JA:
        return i->k < s->count && flow(s, pc + 1 + i->k, holds);
    case BPF_JMP | BPF_JEQ | BPF_K:
    case BPF_JMP | BPF_JGT | BPF_K:
    case BPF_JMP | BPF_JGE | BPF_K:
    case BPF_JMP | BPF_JSET | BPF_K:
        return add_test(s, i, holds) && flow(s, pc + 1 + i->jt, holds) &&
               flow(s, pc + 1 + i->jf, holds);
    case BPF_RET | BPF_K:
        return true;
    default:
        return false;
    }
}

static int ascending(const void *left, const void *right)
{
    uint32_t l = *(const uint32_t *)left, r = *(const uint32_t *)right;

    return (l > r) - (l < r);
}

static bool find_ranges(struct shrink *s)
{
    size_t kept = 0;

    s->starts[s->start_count++] = 0;
    s->holds[0] = HOLDS_OTHER;
    for (size_t pc = 0; pc < s->count; pc++)
        if (!look_at(s, pc))
            return false;
    qsort(s->starts, s->start_count, sizeof *s->starts, ascending);
    for (size_t i = 0; i < s->start_count; i++)
        if (i == 0 || s->starts[i] != s->starts[kept - 1])
            s->starts[kept++] = s->starts[i];
    s->start_count = kept;
    return true;
}

/* --- what it answers --- */

static bool holds_true(const struct sock_filter *i, uint32_t value)
{
    switch (BPF_OP(i->code)) {
    case BPF_JEQ:
        return value == i->k;
    case BPF_JGT:
        return value > i->k;
    case BPF_JGE:
        return value >= i->k;
    default: /* BPF_JSET */
        return value & i->k;
    }
}

static struct outcome run(const struct shrink *s, uint32_t arch, uint32_t number)
{
    uint32_t value = 0;
    size_t pc = 0;

    for (;;) {
        const struct sock_filter *i = &s->insns[pc];

        if (BPF_CLASS(i->code) == BPF_RET)
            return (struct outcome){ true, i->k };
        if (is_load(i) && what_is_at(i->k) == HOLDS_OTHER)
            return (struct outcome){ false, (uint32_t)pc };
        if (is_load(i))
            value = what_is_at(i->k) == HOLDS_ARCH ? arch : number;
        else if (BPF_CLASS(i->code) == BPF_ALU)
            value &= i->k; /* of the zero that a program begins with */
        else if (is_test(i))
            pc += holds_true(i, value) ? i->jt : i->jf;
        else
            pc += i->k;
        pc++;
    }
}

/* --- the new program, from its end --- */

/* Marks what can be reached from the given instruction, up to *ret_last. False when it asks for
 * more than arguments. */
static bool mark_from(const struct shrink *s, size_t start, bool *reached, size_t *ret_last)
{
    size_t last = start;

    reached[start] = true;
    for (size_t pc = start; pc <= last; pc++) {
        const struct sock_filter *i = &s->insns[pc];
        size_t yes = pc + 1, no = pc + 1;

        if (!reached[pc] || BPF_CLASS(i->code) == BPF_RET)
            continue;
        if (is_load(i) && what_is_at(i->k) != HOLDS_OTHER)
            return false;
        if (is_test(i)) {
            yes += i->jt;
            no += i->jf;
        } else if (BPF_CLASS(i->code) == BPF_JMP) {
            yes = no = pc + 1 + i->k;
        }
        reached[yes] = reached[no] = true;
        last = yes > last ? yes : last;
        last = no > last ? no : last;
    }
    *ret_last = last;
    return true;
}

static uint32_t copy_one(struct shrink *s, size_t pc)
{
    const struct sock_filter *i = &s->insns[pc];
    const uint32_t *next = &s->copied[pc + 1];

    if (BPF_CLASS(i->code) == BPF_RET)
        return assemble_return(&s->to, i->k);
    if (is_test(i))
        return assemble_test(&s->to, i->code, i->k, next[i->jt], next[i->jf]);
    if (BPF_CLASS(i->code) == BPF_JMP)
        return next[i->k];
    return assemble_plain(&s->to, i->code, i->k, next[0]);
}

static bool copy_from(struct shrink *s, size_t start)
{
    auto_free bool *reached = calloc(s->count, sizeof *reached);
    size_t last;

    if (!reached || !mark_from(s, start, reached, &last))
        return false;
    for (size_t pc = last + 1; pc-- > start;)
        if (reached[pc] && s->copied[pc] == NOT_COPIED)
            s->copied[pc] = copy_one(s, pc);
    return true;
}

static bool same(const struct outcome *a, const struct outcome *b)
{
    return a->is_return == b->is_return && a->value == b->value;
}

static bool add_leaf(struct shrink *s, const struct outcome *o, uint32_t *ret)
{
    if (o->is_return) {
        *ret = assemble_return(&s->to, o->value);
        return true;
    }
    if (s->copied[o->value] == NOT_COPIED && !copy_from(s, o->value))
        return false;
    *ret = s->copied[o->value];
    return true;
}

/* Ranges from `first` up to, and without, `end`. As deep as the logarithm of their number. */
static bool add_search(struct shrink *s, const uint32_t *starts, const struct outcome *o,
                       size_t first, size_t end, uint32_t *ret)
{
    size_t middle = first + (end - first) / 2;
    uint32_t below, above;

    if (end - first == 1)
        return add_leaf(s, &o[first], ret);
    if (!add_search(s, starts, o, middle, end, &above) ||
        !add_search(s, starts, o, first, middle, &below))
        return false;
    *ret = assemble_test(&s->to, BPF_JMP | BPF_JGE | BPF_K, starts[middle], above, below);
    return true;
}

static bool add_numbers(struct shrink *s, uint32_t arch, uint32_t *ret)
{
    auto_free uint32_t *starts = calloc(s->start_count, sizeof *starts);
    size_t count = 0;

    if (!starts)
        return false;
    for (size_t i = 0; i < s->start_count; i++) {
        struct outcome o = run(s, arch, s->starts[i]);

        if (count && same(&o, &s->outcomes[count - 1]))
            continue;
        s->outcomes[count] = o;
        starts[count++] = s->starts[i];
    }
    if (!add_search(s, starts, s->outcomes, 0, count, ret))
        return false;
    if (count > 1)
        *ret = assemble_plain(&s->to, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr),
                              *ret);
    return true;
}

static uint32_t arch_not_asked_for(const struct shrink *s)
{
    uint32_t arch = 0;

    for (size_t i = 0; i < s->arch_count; i++)
        if (s->archs[i] == arch) {
            arch++;
            i = (size_t)-1; /* look at all of them again */
        }
    return arch;
}

static bool add_archs(struct shrink *s)
{
    uint32_t next, of[ARCHS_MAX];

    if (!add_numbers(s, arch_not_asked_for(s), &next))
        return false;
    /* Those named first are the likeliest, and stand first. */
    for (size_t i = s->arch_count; i-- > 0;)
        if (!add_numbers(s, s->archs[i], &of[i]))
            return false;
    for (size_t i = s->arch_count; i-- > 0;)
        next = assemble_test(&s->to, BPF_JMP | BPF_JEQ | BPF_K, s->archs[i], of[i], next);
    assemble_plain(&s->to, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), next);
    return true;
}

int seccomp_shrink(struct seccomp_program *p)
{
    cleanup(shrink_done) struct shrink s = { .insns = p->insns, .count = p->count };
    struct sock_filter *shorter;
    size_t count;

    s.holds = calloc(p->count, sizeof *s.holds);
    s.copied = malloc(p->count * sizeof *s.copied);
    s.starts = calloc(2 * p->count + 1, sizeof *s.starts);
    s.outcomes = calloc(2 * p->count + 1, sizeof *s.outcomes);
    if (!s.holds || !s.copied || !s.starts || !s.outcomes)
        return -ENOMEM;
    memset(s.copied, 0xff, p->count * sizeof *s.copied); /* NOT_COPIED */
    if (!find_ranges(&s) || !add_archs(&s))
        return 0;
    shorter = assembly_program(&s.to, &count);
    if (!shorter)
        return -ENOMEM;
    if (count >= p->count) {
        free(shorter);
        return 0;
    }
    free(p->insns);
    p->insns = shorter;
    p->count = count;
    return 0;
}
