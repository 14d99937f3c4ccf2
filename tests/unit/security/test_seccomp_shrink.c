// SPDX-License-Identifier: Apache-2.0
/* test_seccomp_shrink.c - the shorter program gives the answers of the longer one. */
#include "security/seccomp_shrink.h"

#include "base/cleanup.h"

#include "bpf.h"
#include "test.h"

#include <stdlib.h>

enum { PROGRAMS = 400, PROBES = 3000, LENGTH_MAX = 700 };

#define LOAD(field)  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define ANSWER(a)    BPF_STMT(BPF_RET | BPF_K, a)
#define EQ(k, t, f)  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, t, f)
#define GE(k, t, f)  BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, k, t, f)
#define GT(k, t, f)  BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, k, t, f)
#define SET(k, t, f) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, k, t, f)
#define JUMP(k)      BPF_STMT(BPF_JMP | BPF_JA, k)

/* xorshift64: the same sequence everywhere */
static uint32_t draw(uint64_t *state, uint32_t below)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (uint32_t)(*state % below);
}

struct code {
    struct sock_filter insns[LENGTH_MAX];
    size_t count;
};

static void add(struct code *c, struct sock_filter insn)
{
    c->insns[c->count++] = insn;
}

/* "Is it this number, then answer": a quarter of them looks at an argument first. */
static void add_call(struct code *c, uint32_t number, uint32_t action, uint64_t *state)
{
    if (draw(state, 4)) {
        add(c, (struct sock_filter)EQ(number, 0, 1));
        add(c, (struct sock_filter)ANSWER(action));
        return;
    }
    add(c, (struct sock_filter)EQ(number, 0, 6));
    add(c, (struct sock_filter)LOAD(args[1]));
    add(c, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 7));
    add(c, (struct sock_filter)GT(draw(state, 8), 1, 0));
    add(c, (struct sock_filter)JUMP(1));
    add(c, (struct sock_filter)ANSWER(action));
    add(c, (struct sock_filter)ANSWER(SECCOMP_RET_LOG));
}

/* Two architectures, each a list of calls, the way filters are written by hand. */
static void draw_program(struct code *c, uint64_t *state)
{
    c->count = 0;
    for (uint32_t arch = 1; arch <= 2; arch++) {
        size_t skip = c->count + 2;
        uint32_t calls = draw(state, 60);

        add(c, (struct sock_filter)LOAD(arch));
        add(c, (struct sock_filter)EQ(arch, 1, 0));
        add(c, (struct sock_filter)JUMP(0));
        add(c, (struct sock_filter)LOAD(nr));
        if (draw(state, 2)) {
            add(c, (struct sock_filter)GE(0x40000000, 0, 1));
            add(c, (struct sock_filter)ANSWER(SECCOMP_RET_TRAP));
        }
        for (uint32_t i = 0; i < calls; i++)
            add_call(c, draw(state, 100), draw(state, 3) << 16, state);
        add(c, (struct sock_filter)ANSWER(SECCOMP_RET_ERRNO | arch));
        c->insns[skip].k = (uint32_t)(c->count - skip - 1);
    }
    add(c, (struct sock_filter)ANSWER(SECCOMP_RET_KILL_PROCESS));
}

static struct seccomp_program copy_of(const struct code *c)
{
    struct seccomp_program p = { .insns = calloc(c->count, sizeof *c->insns), .count = c->count };

    if (p.insns)
        memcpy(p.insns, c->insns, c->count * sizeof *c->insns);
    return p;
}

static struct seccomp_data draw_data(uint64_t *state)
{
    static const uint32_t far[] = { 0x3fffffff, 0x40000000, 0x7fffffff, 0x80000000, 0xffffffff };
    struct seccomp_data d = { .arch = draw(state, 4), .nr = (int)draw(state, 102) };

    if (draw(state, 20) == 0)
        d.nr = (int)far[draw(state, 5)];
    for (size_t i = 0; i < 6; i++)
        d.args[i] = draw(state, 16);
    return d;
}

/* The kernel's own rules: forward jumps that end inside, and an answer at the end. */
static bool is_well_formed(const struct seccomp_program *p)
{
    for (size_t pc = 0; pc < p->count; pc++) {
        const struct sock_filter *i = &p->insns[pc];
        size_t room = p->count - pc - 1, most = i->jt > i->jf ? i->jt : i->jf;

        if (BPF_CLASS(i->code) == BPF_JMP && (BPF_OP(i->code) == BPF_JA ? i->k : most) >= room)
            return false;
    }
    return p->count > 0 && BPF_CLASS(p->insns[p->count - 1].code) == BPF_RET;
}

static int count_differences(const struct code *c, const struct seccomp_program *p, uint64_t *state)
{
    int wrong = 0;

    for (int i = 0; i < PROBES; i++) {
        struct seccomp_data d = draw_data(state);

        wrong += bpf_run(p->insns, p->count, &d) != bpf_run(c->insns, c->count, &d);
    }
    return wrong;
}

TEST(answers_as_before)
{
    uint64_t state = 0x9e3779b97f4a7c15ULL;
    size_t shorter = 0;

    for (int i = 0; i < PROGRAMS; i++) {
        static struct code c;

        draw_program(&c, &state);
        cleanup(seccomp_program_done) struct seccomp_program p = copy_of(&c);
        EXPECT(seccomp_shrink(&p) == 0);
        EXPECT(is_well_formed(&p));
        EXPECT(p.count <= c.count);
        EXPECT(count_differences(&c, &p, &state) == 0);
        shorter += p.count < c.count;
    }
    EXPECT(shorter > PROGRAMS / 2);
}

TEST(a_run_of_numbers_is_one_comparison)
{
    static struct code c;

    c.count = 0;
    add(&c, (struct sock_filter)LOAD(nr));
    for (uint32_t number = 10; number < 200; number++) {
        add(&c, (struct sock_filter)EQ(number, 0, 1));
        add(&c, (struct sock_filter)ANSWER(SECCOMP_RET_ALLOW));
    }
    add(&c, (struct sock_filter)ANSWER(SECCOMP_RET_ERRNO));
    cleanup(seccomp_program_done) struct seccomp_program p = copy_of(&c);
    EXPECT(seccomp_shrink(&p) == 0);
    EXPECT(p.count <= 7);
    for (uint32_t number = 0; number < 300; number++) {
        struct seccomp_data d = { .nr = (int)number };

        EXPECT(bpf_run(p.insns, p.count, &d) == bpf_run(c.insns, c.count, &d));
    }
}

/* Targets further away than a conditional jump goes: the search has more ranges than that. */
TEST(reaches_far)
{
    uint64_t state = 7;
    static struct code c;

    c.count = 0;
    add(&c, (struct sock_filter)LOAD(nr));
    for (uint32_t number = 0; number < 340; number++) {
        add(&c, (struct sock_filter)EQ(3 * number, 0, 1));
        add(&c, (struct sock_filter)ANSWER(SECCOMP_RET_ERRNO | number));
    }
    add(&c, (struct sock_filter)ANSWER(SECCOMP_RET_ALLOW));
    cleanup(seccomp_program_done) struct seccomp_program p = copy_of(&c);
    EXPECT(seccomp_shrink(&p) == 0);
    EXPECT(is_well_formed(&p));
    for (uint32_t number = 0; number < 1100; number++) {
        struct seccomp_data d = draw_data(&state);

        d.nr = (int)number;
        EXPECT(bpf_run(p.insns, p.count, &d) == bpf_run(c.insns, c.count, &d));
    }
}

/* Each does something that the method does not cover. */
TEST(leaves_alone_what_it_does_not_understand)
{
    static const struct sock_filter programs[][8] = {
        { LOAD(nr), SET(4, 0, 1), ANSWER(1), ANSWER(2), ANSWER(2), ANSWER(2), ANSWER(2),
          ANSWER(2) },
        { LOAD(arch), GE(4, 0, 1), ANSWER(1), ANSWER(2), ANSWER(2), ANSWER(2), ANSWER(2),
          ANSWER(2) },
        { LOAD(nr), BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 1), EQ(1, 0, 1), ANSWER(1), ANSWER(2),
          ANSWER(2), ANSWER(2), ANSWER(2) },
        { LOAD(nr), BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 1), EQ(1, 0, 1), ANSWER(1), ANSWER(2),
          ANSWER(2), ANSWER(2), ANSWER(2) },
        /* after an argument, the number again */
        { LOAD(args[0]), EQ(1, 0, 4), LOAD(nr), EQ(1, 0, 1), ANSWER(1), ANSWER(2), ANSWER(3),
          ANSWER(3) },
        /* out of the program */
        { LOAD(nr), EQ(1, 200, 0), ANSWER(1), ANSWER(1), ANSWER(1), ANSWER(1), ANSWER(1),
          ANSWER(1) },
        { LOAD(nr), JUMP(0xffffffff), ANSWER(1), ANSWER(1), ANSWER(1), ANSWER(1), ANSWER(1),
          ANSWER(1) },
    };

    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        static struct code c;

        c.count = 8;
        memcpy(c.insns, programs[i], sizeof programs[i]);
        cleanup(seccomp_program_done) struct seccomp_program p = copy_of(&c);
        EXPECT(seccomp_shrink(&p) == 0);
        EXPECT(p.count == c.count && memcmp(p.insns, c.insns, sizeof programs[i]) == 0);
    }
}

TEST_MAIN()
