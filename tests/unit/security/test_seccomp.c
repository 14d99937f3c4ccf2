// SPDX-License-Identifier: Apache-2.0
/*
 * test_seccomp.c - compiled filters against a direct reading of linux.seccomp (SEC-38).
 *
 * The reading: a rule matches when all its conditions hold, or, if it names one argument twice,
 * when any of them does; of the rules that match, the strictest counts; a call that no rule
 * matches, or only rules that say what the default says, gets the default.
 */
#include "security/seccomp.h"

#include "base/cleanup.h"
#include "security/seccomp_library.h"

#include "bpf.h"
#include "test.h"

#include <errno.h>
#include <sys/syscall.h>

enum { CALLS_MAX = 8, ARGS_MAX = 3, RULES_MAX = 6, FILTERS = 200, PROBES = 5000 };

/* In every architecture's table under these names. */
static const struct {
    const char *name;
    int number;
} calls[CALLS_MAX] = {
    { "read", SYS_read },     { "close", SYS_close },   { "ioctl", SYS_ioctl },
    { "openat", SYS_openat }, { "kill", SYS_kill },     { "unshare", SYS_unshare },
    { "prctl", SYS_prctl },   { "keyctl", SYS_keyctl },
};

static uint32_t native_arch(void)
{
    cleanup(seccomp_library_done) struct seccomp_library l = { 0 };
    struct err e;

    return seccomp_library_open(&l, &e) < 0 ? 0 : l.arch_native();
}

static uint32_t action_value(enum spec_seccomp_action action, const struct spec_opt_u64 *number)
{
    uint32_t n = number->has ? (uint32_t)number->value : EPERM;

    switch (action) {
    case ACT_KILL:
        return SECCOMP_RET_KILL_THREAD;
    case ACT_KILL_PROCESS:
        return SECCOMP_RET_KILL_PROCESS;
    case ACT_TRAP:
        return SECCOMP_RET_TRAP;
    case ACT_ERRNO:
        return SECCOMP_RET_ERRNO | n;
    case ACT_TRACE:
        return SECCOMP_RET_TRACE | n;
    case ACT_ALLOW:
        return SECCOMP_RET_ALLOW;
    case ACT_LOG:
        return SECCOMP_RET_LOG;
    case ACT_NOTIFY:
        return SECCOMP_RET_USER_NOTIF;
    }
    return BPF_BROKEN;
}

static bool condition_holds(const struct spec_seccomp_arg *a, const struct seccomp_data *d)
{
    uint64_t value = d->args[a->index];

    switch (a->op) {
    case SCMP_CMP_NE:
        return value != a->value;
    case SCMP_CMP_LT:
        return value < a->value;
    case SCMP_CMP_LE:
        return value <= a->value;
    case SCMP_CMP_EQ:
        return value == a->value;
    case SCMP_CMP_GE:
        return value >= a->value;
    case SCMP_CMP_GT:
        return value > a->value;
    default: /* masked */
        return (value & a->value) == (a->value_two & a->value);
    }
}

static bool rule_matches(const struct spec_seccomp_rule *r, const struct seccomp_data *d)
{
    bool named = false, repeated = false, any = false, all = true;

    for (size_t i = 0; i < r->names.count; i++)
        for (size_t c = 0; c < CALLS_MAX; c++)
            named |= d->nr == calls[c].number && strcmp(r->names.items[i], calls[c].name) == 0;
    for (size_t i = 0; i < r->arg_count; i++) {
        bool holds = condition_holds(&r->args[i], d);

        any |= holds;
        all &= holds;
        for (size_t j = 0; j < i; j++)
            repeated |= r->args[j].index == r->args[i].index;
    }
    return named && (repeated ? any : all);
}

/* The strictest matching rule; as in the kernel, the smaller action is stricter. */
static uint32_t expected(const struct spec_seccomp *s, const struct seccomp_data *d)
{
    uint32_t by_default = action_value(s->default_action, &s->default_errno_ret);
    uint32_t strictest = by_default;
    bool matched = false;

    for (size_t i = 0; i < s->rule_count; i++) {
        uint32_t action = action_value(s->rules[i].action, &s->rules[i].errno_ret);

        if (action == by_default || !rule_matches(&s->rules[i], d))
            continue;
        if (!matched ||
            (int)(action & SECCOMP_RET_ACTION_FULL) < (int)(strictest & SECCOMP_RET_ACTION_FULL))
            strictest = action;
        matched = true;
    }
    if (!matched && by_default == (SECCOMP_RET_ERRNO | EPERM) && d->nr > 402)
        return SECCOMP_RET_ERRNO | ENOSYS;
    return strictest;
}

/* xorshift64: the same sequence everywhere */
static uint64_t draw(uint64_t *state, uint64_t below)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state % below;
}

/* Values around those where 32-bit halves, signs and masks go wrong. */
static uint64_t draw_value(uint64_t *state)
{
    static const uint64_t interesting[] = {
        0,          1,          2,           9,           16,          0x7e020000, 0x7fffffff,
        0x80000000, 0xffffffff, 0x100000000, 0x100000001, 0x900000009, UINT64_MAX,
    };
    uint64_t v = interesting[draw(state, ARRAY_SIZE(interesting))] + draw(state, 3) - 1;

    return sizeof(long) == 8 ? v : (uint32_t)v;
}

struct random_filter {
    struct spec_seccomp s;
    struct spec_seccomp_rule rules[RULES_MAX];
    struct spec_seccomp_arg args[RULES_MAX][ARGS_MAX];
    char *names[RULES_MAX][2];
};

static void draw_filter(struct random_filter *f, uint64_t *state)
{
    *f = (struct random_filter){ 0 };
    f->s.default_action = (enum spec_seccomp_action)draw(state, ACT_LOG + 1);
    f->s.rules = f->rules;
    f->s.rule_count = 1 + draw(state, RULES_MAX);
    for (size_t i = 0; i < f->s.rule_count; i++) {
        struct spec_seccomp_rule *r = &f->rules[i];

        r->action = (enum spec_seccomp_action)draw(state, ACT_LOG + 1);
        r->errno_ret.has = r->action == ACT_ERRNO && draw(state, 2);
        r->errno_ret.value = EACCES;
        r->names = (struct spec_strings){ f->names[i], 1 + draw(state, 2) };
        for (size_t n = 0; n < r->names.count; n++)
            f->names[i][n] = (char *)calls[draw(state, CALLS_MAX)].name;
        r->args = f->args[i];
        r->arg_count = draw(state, ARGS_MAX + 1);
        for (size_t a = 0; a < r->arg_count; a++)
            f->args[i][a] = (struct spec_seccomp_arg){
                .index = (uint32_t)draw(state, 6),
                .op = SCMP_CMP_NE + (int)draw(state, SCMP_CMP_MASKED_EQ),
                .value = draw_value(state),
                .value_two = draw_value(state),
            };
    }
}

static void probe_filter(const struct random_filter *f, uint32_t arch, uint64_t *state)
{
    cleanup(seccomp_program_done) struct seccomp_program p = { 0 };
    struct err e = { 0 };
    int wrong = 0;

    EXPECT(seccomp_compile(&f->s, -1, &p, &e) == 0);
    EXPECT_STR(e.text, "");
    for (int i = 0; i < PROBES; i++) {
        struct seccomp_data d = { .arch = arch };
        d.nr = draw(state, 20) ? calls[draw(state, CALLS_MAX)].number : (int)draw(state, 600);
        for (size_t a = 0; a < ARRAY_SIZE(d.args); a++)
            d.args[a] = draw_value(state);
        wrong += bpf_run(p.insns, p.count, &d) != expected(&f->s, &d);
    }
    EXPECT(wrong == 0);
}

TEST(agrees_with_the_rules_on_random_calls)
{
    uint32_t arch = native_arch();
    uint64_t state = 0x9e3779b97f4a7c15ULL;

    for (int i = 0; i < FILTERS; i++) {
        struct random_filter f;

        draw_filter(&f, &state);
        probe_filter(&f, arch, &state);
    }
}

struct one_rule {
    struct spec_seccomp s;
    struct spec_seccomp_rule rules[3];
    char *names[2];
};

static void one_rule_init(struct one_rule *f, const char *name)
{
    *f = (struct one_rule){ .names = { (char *)name } };
    f->s = (struct spec_seccomp){ .default_action = ACT_ALLOW, .rules = f->rules, .rule_count = 1 };
    f->rules[0] = (struct spec_seccomp_rule){ .names = { f->names, 1 }, .action = ACT_ERRNO };
}

static uint32_t run_filter(const struct spec_seccomp *s, const struct seccomp_data *d)
{
    cleanup(seccomp_program_done) struct seccomp_program p = { 0 };
    struct err e = { 0 };

    EXPECT(seccomp_compile(s, -1, &p, &e) == 0);
    EXPECT_STR(e.text, "");
    return bpf_run(p.insns, p.count, d);
}

TEST(every_action_has_the_kernels_value)
{
    static const struct {
        enum spec_seccomp_action action;
        struct spec_opt_u64 number;
        uint32_t want;
    } rows[] = {
        { ACT_KILL, { 0 }, 0x00000000 },        { ACT_KILL_PROCESS, { 0 }, 0x80000000 },
        { ACT_TRAP, { 0 }, 0x00030000 },        { ACT_ERRNO, { 0 }, 0x00050001 },
        { ACT_ERRNO, { true, 0 }, 0x00050000 }, { ACT_ERRNO, { true, 4094 }, 0x00050ffe },
        { ACT_TRACE, { 0 }, 0x7ff00001 },       { ACT_TRACE, { true, 65535 }, 0x7ff0ffff },
        { ACT_LOG, { 0 }, 0x7ffc0000 },         { ACT_ALLOW, { 0 }, 0x7fff0000 },
    };
    struct seccomp_data d = { .nr = SYS_read, .arch = native_arch() };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct one_rule f;

        one_rule_init(&f, "read");
        f.rules[0].action = rows[i].action;
        f.rules[0].errno_ret = rows[i].number;
        EXPECT(run_filter(&f.s, &d) == rows[i].want);
        f.s.rule_count = 0;
        f.s.default_action = rows[i].action;
        f.s.default_errno_ret = rows[i].number;
        EXPECT(run_filter(&f.s, &d) == rows[i].want);
    }
}

TEST(refuses_what_it_cannot_compile)
{
    static char alien[] = "SCMP_ARCH_PDP11", lower[] = "SCMP_ARCH_x86_64", bare[] = "x86_64";
    static char fine[] = "SCMP_ARCH_X86_64";
    static struct spec_seccomp_arg high = { .index = 6, .op = SCMP_CMP_EQ }, odd = { .op = 8 };
    static const struct {
        char *arch;
        struct spec_opt_u64 rule_errno, default_errno;
        enum spec_seccomp_action action;
        struct spec_seccomp_arg *arg;
        const char *text;
    } rows[] = {
        { .arch = alien, .text = "linux.seccomp.architectures[1]: unknown 'SCMP_ARCH_PDP11'" },
        { .arch = lower, .text = "linux.seccomp.architectures[1]: unknown 'SCMP_ARCH_x86_64'" },
        { .arch = bare, .text = "linux.seccomp.architectures[1]: unknown 'x86_64'" },
        { .default_errno = { true, 1 },
          .text = "linux.seccomp.defaultErrnoRet: the action takes no errno" },
        { .action = ACT_KILL,
          .rule_errno = { true, 1 },
          .text = "linux.seccomp.syscalls[0].errnoRet: the action takes no errno" },
        { .action = ACT_ERRNO,
          .rule_errno = { true, 4095 },
          .text = "linux.seccomp.syscalls[0].errnoRet: 4095 is above 4094" },
        { .action = ACT_TRACE,
          .rule_errno = { true, 65536 },
          .text = "linux.seccomp.syscalls[0].errnoRet: 65536 is above 65535" },
        { .arg = &high, .text = "linux.seccomp.syscalls[0]: args[0].index: 6 is above 5" },
        { .arg = &odd, .text = "linux.seccomp.syscalls[0]: args[0].op: unknown operator 8" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct seccomp_program p = { .count = 77 };
        char *archs[] = { fine, rows[i].arch };
        struct err e = { 0 };
        struct one_rule f;

        one_rule_init(&f, "read");
        f.s.architectures = (struct spec_strings){ archs, rows[i].arch ? 2 : 0 };
        f.s.default_errno_ret = rows[i].default_errno;
        f.rules[0].action = rows[i].action;
        f.rules[0].errno_ret = rows[i].rule_errno;
        f.rules[0].args = rows[i].arg;
        f.rules[0].arg_count = rows[i].arg != NULL;
        EXPECT(seccomp_compile(&f.s, -1, &p, &e) == -e.code);
        EXPECT(e.kind == ERR_INVALID);
        EXPECT_STR(e.text, rows[i].text);
        EXPECT(p.count == 77); /* untouched on failure */
    }
}

TEST(a_name_that_no_kernel_has_is_skipped)
{
    struct seccomp_data d = { .nr = SYS_close, .arch = native_arch() };
    struct one_rule f;

    one_rule_init(&f, "no_such_call");
    f.names[1] = (char *)"close";
    f.rules[0].names.count = 2;
    EXPECT(run_filter(&f.s, &d) == (SECCOMP_RET_ERRNO | EPERM));
    d.nr = SYS_read;
    EXPECT(run_filter(&f.s, &d) == SECCOMP_RET_ALLOW);
}

TEST(flags_default_to_spec_allow)
{
    struct one_rule f;

    one_rule_init(&f, "read");
    for (uint32_t flags = 0; flags < 8; flags++) {
        cleanup(seccomp_program_done) struct seccomp_program p = { 0 };
        struct err e = { 0 };

        f.s.flags = flags & ~1U;
        f.s.has_flags = flags & 1;
        EXPECT(seccomp_compile(&f.s, -1, &p, &e) == 0);
        EXPECT(p.flags == (flags & 1 ? flags & ~1U : SECCOMP_FILTER_FLAG_SPEC_ALLOW));
    }
}

TEST(too_long_a_filter_is_refused)
{
    enum { MANY = 2000 };
    static struct spec_seccomp_arg args[MANY];
    struct seccomp_program p = { 0 };
    struct err e = { 0 };
    struct one_rule f;

    one_rule_init(&f, "read");
    for (size_t i = 0; i < MANY; i++)
        args[i] = (struct spec_seccomp_arg){ .op = SCMP_CMP_EQ, .value = i << 31 };
    f.rules[0].args = args;
    f.rules[0].arg_count = MANY;
    EXPECT(seccomp_compile(&f.s, -1, &p, &e) == -EINVAL);
    EXPECT(strstr(e.text, "linux.seccomp: ") == e.text);
    EXPECT(strstr(e.text, " instructions are above 4096") != NULL);
}

#if defined(__x86_64__)
/* The other two systems on this processor: 32-bit arguments, direct sockets, socketcall, x32. */
TEST(decides_for_every_architecture_listed)
{
    static char i386[] = "SCMP_ARCH_X86", x32[] = "SCMP_ARCH_X32", *archs[] = { i386, x32 };
    static struct spec_seccomp_arg not_16 = { .op = SCMP_CMP_NE, .value = 16 };
    static struct spec_seccomp_arg not_9 = { .index = 2, .op = SCMP_CMP_NE, .value = 9 };
    static struct spec_seccomp_arg audit[] = { { .op = SCMP_CMP_EQ, .value = 16 },
                                               { .index = 2, .op = SCMP_CMP_EQ, .value = 9 } };
    enum { ALLOW = SECCOMP_RET_ALLOW, EINVAL_ = SECCOMP_RET_ERRNO | EINVAL };
    static const struct {
        uint32_t arch;
        uint32_t nr;
        uint64_t args[3];
        uint32_t want;
    } rows[] = {
        { SCMP_ARCH_X86_64, 41, { 16, 0, 9 }, EINVAL_ },
        { SCMP_ARCH_X86_64, 41, { 16, 0, 8 }, ALLOW },
        { SCMP_ARCH_X86_64, 41, { 2, 0, 9 }, ALLOW },
        { SCMP_ARCH_X86_64, 41, { 0x100000010, 0, 9 }, ALLOW },
        { SCMP_ARCH_X86_64, 0x40000000 + 41, { 16, 0, 9 }, EINVAL_ },
        { SCMP_ARCH_X86_64, 0x40000000 + 41, { 1, 0, 0 }, ALLOW },
        { SCMP_ARCH_X86, 359, { 16, 0, 9 }, EINVAL_ },
        { SCMP_ARCH_X86, 359, { 2, 0, 9 }, ALLOW },
        { SCMP_ARCH_X86, 102, { 1, 0, 0 }, EINVAL_ }, /* socketcall(SYS_SOCKET): the strictest */
        { SCMP_ARCH_X86, 102, { 2, 0, 0 }, SECCOMP_RET_LOG },
        { SCMP_ARCH_AARCH64, 198, { 1, 0, 0 }, SECCOMP_RET_KILL_THREAD }, /* not listed */
    };
    struct one_rule f;

    one_rule_init(&f, "socket");
    f.s.default_action = ACT_LOG;
    f.s.architectures = (struct spec_strings){ archs, 2 };
    f.s.rule_count = 3;
    f.rules[1] = f.rules[2] = f.rules[0];
    f.rules[0].errno_ret = (struct spec_opt_u64){ true, EINVAL };
    f.rules[0].args = audit;
    f.rules[0].arg_count = 2;
    f.rules[1].action = f.rules[2].action = ACT_ALLOW;
    f.rules[1].args = &not_16;
    f.rules[2].args = &not_9;
    f.rules[1].arg_count = f.rules[2].arg_count = 1;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct seccomp_data d = { .nr = (int)rows[i].nr, .arch = rows[i].arch };
        uint32_t got;

        memcpy(d.args, rows[i].args, sizeof rows[i].args);
        got = run_filter(&f.s, &d);
        if (got != rows[i].want)
            printf("# row %zu: got %#x\n", i, got);
        EXPECT(got == rows[i].want);
    }
}
#endif

TEST_MAIN()
