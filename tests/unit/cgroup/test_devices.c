// SPDX-License-Identifier: Apache-2.0
/*
 * test_devices.c - device rules: the words for v1, and the v2 program against a direct reading of
 * the rules, for random rules and accesses.
 */
#include "base/cleanup.h"
#include "cgroup/device_change.h"
#include "cgroup/layout.h"
#include "hosts.h"
#include "test.h"

#include <errno.h>
#include <stdlib.h>

enum { R = DEVICE_READ, W = DEVICE_WRITE, M = DEVICE_MKNOD, RWM = R | W | M, ANY = -1 };

/* What cgroup_compile() adds; checked here so that nobody loses one unnoticed. */
#define DEFAULTS_V1                                                                                \
    "allow c *:* m;allow b *:* m;allow c 1:3 rwm;allow c 1:5 rwm;allow c 1:7 rwm;"                 \
    "allow c 1:8 rwm;allow c 1:9 rwm;allow c 5:0 rwm;allow c 5:1 rwm;allow c 5:2 rwm;"             \
    "allow c 136:* rwm;allow c 10:200 rwm;"

static int compile(struct cgroup_host h, const struct spec_device_rule *rules, size_t count,
                   struct arena *a, struct cgroup_writes *ret, struct err *e)
{
    struct spec_resources r = { .devices = (struct spec_device_rule *)rules,
                                .device_count = count };

    return cgroup_compile(&r, &h, a, ret, e);
}

/* "allow VALUE;" for each write, without the defaults at the end; or the error. */
static void spell_v1(const struct spec_device_rule *rules, size_t count, char *ret, size_t size)
{
    struct cgroup_writes w = { 0 };
    struct arena a = { 0 };
    struct err e = { 0 };
    size_t used = 0, defaults = strlen(DEFAULTS_V1);

    ret[0] = '\0';
    if (compile(host_hybrid(), rules, count, &a, &w, &e) < 0)
        snprintf(ret, size, "%s", e.text);
    EXPECT(w.device_insns == NULL);
    for (size_t i = 0; i < w.count; i++) {
        EXPECT(strncmp(w.items[i].file, "devices.", 8) == 0);
        used += (size_t)snprintf(ret + used, size - used, "%s %s;", w.items[i].file + 8,
                                 w.items[i].value);
    }
    if (used >= defaults && strcmp(ret + used - defaults, DEFAULTS_V1) == 0)
        strcpy(ret + used - defaults, "...");
    arena_done(&a);
}

/* "allow VALUE;" for each write behind a first one about something else. */
static void spell_difference(const char *now, const char *const *allowed, char *ret, size_t size)
{
    struct cgroup_write items[8] = { { .file = "pids.max", .value = "1" },
                                     { .file = "devices.deny", .value = "a" } };
    struct cgroup_writes w = { .items = items, .count = 2 };
    struct arena a = { 0 };
    struct err e = { 0 };
    size_t used = 0;

    ret[0] = '\0';
    for (; *allowed; allowed++)
        items[w.count++] = (struct cgroup_write){ .file = "devices.allow", .value = *allowed };
    EXPECT(cgroup_devices_difference(now, &w, 1, &a, &e) == 0);
    EXPECT(w.count >= 1 && !strcmp(w.items[0].file, "pids.max"));
    for (size_t i = 1; i < w.count; i++)
        used += (size_t)snprintf(ret + used, size - used, "%s %s;", w.items[i].file + 8,
                                 w.items[i].value);
    arena_done(&a);
}

TEST(writes_only_what_differs_on_v1)
{
    static const struct {
        const char *now, *allowed[4], *want;
    } rows[] = {
        { "", { "c 1:3 rwm" }, "allow c 1:3 rwm;" },
        { "c 1:3 rwm\n", { "c 1:3 rwm" }, "" },
        { "c 1:3 rwm", { "c 1:3 rwm" }, "" },
        { "c 1:3 r\n", { "c 1:3 rwm" }, "allow c 1:3 wm;" },
        { "c 1:3 rwm\n", { "c 1:3 r" }, "deny c 1:3 wm;" },
        { "c 1:3 rw\n", { "c 1:3 wm" }, "allow c 1:3 m;deny c 1:3 r;" },
        { "c *:* m\nc 1:3 rwm\nb 8:0 r\n",
          { "c *:* m", "b 8:0 w", "c 1:30 r" },
          "allow b 8:0 w;allow c 1:30 r;deny c 1:3 rwm;deny b 8:0 r;" },
        { "c 1:3 rwm\n", { NULL }, "deny c 1:3 rwm;" },
        /* Exceptions from it are not shown. */
        { "a *:* rwm\n", { "c 1:3 rwm" }, "deny a;allow c 1:3 rwm;" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        char got[256];

        spell_difference(rows[i].now, rows[i].allowed, got, sizeof got);
        EXPECT_STR(got, rows[i].want);
    }
}

TEST(lifts_older_rules_only_in_an_update)
{
    static struct spec_device_rule all[] = { { true, 'a', ANY, ANY, RWM } };
    struct spec_resources r = { .changes = true, .devices = all, .device_count = 1 };
    struct cgroup_host v1 = host_v1(), v2 = host_v2();
    struct cgroup_writes w = { 0 };
    struct arena a = { 0 };
    struct err e = { 0 };

    EXPECT(cgroup_compile(&r, &v2, &a, &w, &e) == 0);
    EXPECT(w.no_device_program && !w.device_insns && w.count == 0);
    EXPECT(cgroup_compile(&r, &v1, &a, &w, &e) == 0);
    EXPECT(!w.no_device_program && w.count == 1);
    EXPECT_STR(w.items[0].file, "devices.allow");
    EXPECT_STR(w.items[0].value, "a");
    r.changes = false;
    EXPECT(cgroup_compile(&r, &v2, &a, &w, &e) == 0);
    EXPECT(!w.no_device_program && !w.device_insns && w.count == 0);
    arena_done(&a);
}

TEST(spells_rules_for_v1)
{
    static const struct {
        struct spec_device_rule rules[6];
        const char *want;
    } rows[] = {
        { { { false, 'a', ANY, ANY, RWM } }, "deny a;..." },
        { { { true, 'c', 10, 229, R | W } }, "deny a;allow c 10:229 rw;..." },
        /* all is allowed: nothing to write */
        { { { true, 'a', ANY, ANY, RWM } }, "" },
        { { { false, 'a', ANY, ANY, RWM }, { true, 'a', ANY, ANY, RWM } }, "" },
        { { { false, 'c', 1, 1, R }, { true, 'a', ANY, ANY, RWM } }, "" },
        /* all but something */
        { { { true, 'a', ANY, ANY, RWM }, { false, 'b', 8, ANY, RWM } }, "deny b 8:* rw;" },
        { { { true, 'a', ANY, ANY, RWM }, { false, 'b', 8, ANY, RWM }, { true, 'b', 8, ANY, R } },
          "deny b 8:* w;" },
        /* what is taken back is not written */
        { { { true, 'c', 10, 229, RWM }, { false, 'c', 10, 229, RWM } }, "deny a;..." },
        { { { true, 'c', 10, 229, RWM }, { false, 'c', 10, ANY, W } },
          "deny a;allow c 10:229 rm;..." },
        { { { true, 'c', 10, 229, R }, { true, 'c', 10, 229, W } },
          "deny a;allow c 10:229 rw;..." },
        /* the kernel would read this "a" as everything */
        { { { true, 'a', 10, 229, R } }, "deny a;allow b 10:229 r;allow c 10:229 r;..." },
        { { { true, 'a', ANY, ANY, R } },
          "deny a;allow b *:* rm;allow c *:* rm;"
          "allow c 1:3 rwm;allow c 1:5 rwm;allow c 1:7 rwm;allow c 1:8 rwm;allow c 1:9 rwm;"
          "allow c 5:0 rwm;allow c 5:1 rwm;allow c 5:2 rwm;allow c 136:* rwm;"
          "allow c 10:200 rwm;" },
        { { { true, 'c', 7, 7, 0 }, { false, 'a', ANY, ANY, RWM } }, "deny a;..." },
        /* no holes */
        { { { true, 'c', 10, ANY, RWM }, { false, 'c', 10, 229, W } },
          "linux.resources.devices[1]: cgroup v1 cannot make an exception from devices[0]" },
        { { { true, 'a', ANY, ANY, RWM },
            { false, 'c', ANY, ANY, R },
            { true, 'c', 10, 229, RWM } },
          "linux.resources.devices[2]: cgroup v1 cannot make an exception from devices[1]" },
        { { { true, 'a', ANY, ANY, RWM }, { false, 'c', ANY, ANY, R } },
          "a default rule: cgroup v1 cannot make an exception from devices[1]" },
        { { { true, 'c', -2, 0, R } }, "linux.resources.devices[0].major -2 is out of range" },
        { { { true, 'c', 0, 1LL << 32, R } },
          "linux.resources.devices[0].minor 4294967296 is out of range" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        char got[1024];
        size_t n = 0;

        while (n < ARRAY_SIZE(rows[i].rules) && rows[i].rules[n].type)
            n++;
        spell_v1(rows[i].rules, n, got, sizeof got);
        if (strcmp(got, rows[i].want) != 0)
            printf("# row %zu\n", i);
        EXPECT_STR(got, rows[i].want);
    }
}

TEST(only_default_rules_are_optional)
{
    static const struct spec_device_rule rules[] = { { true, 'c', 1, 3, RWM },
                                                     { true, 'c', 10, 229, RWM } };
    struct cgroup_writes w = { 0 };
    struct arena a = { 0 };
    struct err e = { 0 };

    EXPECT(compile(host_v1(), rules, ARRAY_SIZE(rules), &a, &w, &e) == 0);
    EXPECT(w.count == 14);
    for (size_t i = 0; i < w.count; i++)
        EXPECT(w.items[i].optional == (strstr(w.items[i].where, "default") != NULL));
    EXPECT_STR(w.items[1].where, "linux.resources.devices[0]");
    EXPECT(!w.items[0].optional && !w.items[1].optional && !w.items[2].optional);
    EXPECT(w.items[3].optional && w.items[13].optional);
    arena_done(&a);
}

TEST(needs_somewhere_to_put_the_rules)
{
    static const struct spec_device_rule rule = { true, 'c', 1, 3, RWM };
    struct cgroup_host host = { .v2 = -1 };
    struct cgroup_writes w = { 0 };
    struct arena a = { 0 };
    struct err e = { 0 };

    EXPECT(compile(host, &rule, 1, &a, &w, &e) == -EOPNOTSUPP);
    EXPECT_STR(e.text, "linux.resources.devices: this host has no devices controller");
    EXPECT(compile(host, NULL, 0, &a, &w, &e) == 0);
    arena_done(&a);
}

TEST(needs_no_program_when_everything_is_allowed)
{
    static const struct spec_device_rule rules[] = { { false, 'a', ANY, ANY, RWM },
                                                     { true, 'a', ANY, ANY, RWM },
                                                     { true, 'c', 1, 1, R } };
    struct cgroup_writes w = { 0 };
    struct arena a = { 0 };
    struct err e = { 0 };

    EXPECT(compile(host_v2(), rules, 3, &a, &w, &e) == 0 && !w.device_insns && !w.count);
    EXPECT(compile(host_v2(), NULL, 0, &a, &w, &e) == 0 && !w.device_insns);
    EXPECT(compile(host_v2(), rules, 1, &a, &w, &e) == 0 && w.device_insns);
    arena_done(&a);
}

struct access {
    uint32_t type, major, minor, wanted; /* as the kernel's context has them */
};

/* One instruction's worth of arithmetic; false for an opcode that the generator must not use. */
static bool compute(const struct bpf_insn *i, uint64_t r[11], const uint32_t ctx[3])
{
    switch (i->code) {
    case BPF_LDX | BPF_MEM | BPF_W:
        if (i->src_reg != 1 || i->off % 4 || i->off < 0 || i->off > 8)
            return false;
        r[i->dst_reg] = ctx[i->off / 4];
        return true;
    case BPF_ALU64 | BPF_MOV | BPF_K:
        r[i->dst_reg] = (uint64_t)(int64_t)i->imm;
        return true;
    case BPF_ALU64 | BPF_MOV | BPF_X:
        r[i->dst_reg] = r[i->src_reg];
        return true;
    case BPF_ALU64 | BPF_AND | BPF_K:
        r[i->dst_reg] &= (uint64_t)(int64_t)i->imm;
        return true;
    case BPF_ALU64 | BPF_OR | BPF_X:
        r[i->dst_reg] |= r[i->src_reg];
        return true;
    case BPF_ALU64 | BPF_LSH | BPF_K:
        r[i->dst_reg] <<= i->imm;
        return true;
    case BPF_ALU64 | BPF_RSH | BPF_K:
        r[i->dst_reg] >>= i->imm;
        return true;
    }
    return false;
}

/* The program's verdict, or -1 when it runs astray. */
static int interpret(const struct bpf_insn *insns, size_t count, const struct access *a)
{
    const uint32_t ctx[3] = { a->wanted << 16 | a->type, a->major, a->minor };
    uint64_t r[11];

    /* The verifier refuses reads of what was not set; here they go wrong visibly. */
    memset(r, 0xa5, sizeof r);
    for (size_t pc = 0; pc < count; pc++) {
        const struct bpf_insn *i = &insns[pc];
        uint32_t dst = (uint32_t)r[i->dst_reg], imm = (uint32_t)i->imm;

        if (i->code == (BPF_JMP | BPF_EXIT))
            return (int)r[0];
        if (i->code == (BPF_JMP32 | BPF_JNE | BPF_K))
            pc += dst != imm ? (size_t)i->off : 0;
        else if (i->code == (BPF_JMP32 | BPF_JEQ | BPF_K))
            pc += dst == imm ? (size_t)i->off : 0;
        else if (!compute(i, r, ctx))
            return -1;
    }
    return -1;
}

/* The rules as the specification reads: in order, each changing the verdict on the bits it names.
 */
static int evaluate(const struct device_rule *rules, size_t count, const struct access *a)
{
    uint32_t allowed = 0, wanted = 0;
    char type = a->type == BPF_DEVCG_DEV_BLOCK ? 'b' : 'c';

    for (size_t i = 0; i < count; i++) {
        const struct spec_device_rule *r = &rules[i].rule;

        if ((r->type != 'a' && r->type != type) || (r->major != ANY && r->major != a->major) ||
            (r->minor != ANY && r->minor != a->minor))
            continue;
        allowed = r->allow ? allowed | r->access : allowed & ~r->access;
    }
    wanted |= a->wanted & BPF_DEVCG_ACC_READ ? R : 0;
    wanted |= a->wanted & BPF_DEVCG_ACC_WRITE ? W : 0;
    wanted |= a->wanted & BPF_DEVCG_ACC_MKNOD ? M : 0;
    return (wanted & ~allowed) == 0;
}

/* Numbers from a small set, so that rules and accesses meet: up to the kernel's last, and for rules
 * also one beyond it and "any". */
static int64_t some_number(unsigned *seed, int64_t last, bool rule)
{
    const int64_t numbers[] = { 0, 1, 5, last, last + 1, 0xffffffffLL, ANY, ANY, ANY };

    return numbers[(unsigned)rand_r(seed) % (rule ? ARRAY_SIZE(numbers) : 4)];
}

static void compare_once(unsigned *seed)
{
    struct device_rule rules[12];
    size_t count = (unsigned)rand_r(seed) % ARRAY_SIZE(rules), insn_count = 0;
    struct arena arena = { 0 };
    const struct bpf_insn *insns;

    for (size_t i = 0; i < count; i++)
        rules[i].rule = (struct spec_device_rule){
            .allow = rand_r(seed) & 16,
            .type = "abc"[(unsigned)rand_r(seed) % 3],
            .major = some_number(seed, 4095, true),
            .minor = some_number(seed, 0xfffff, true),
            .access = 1 + (unsigned)rand_r(seed) % RWM,
        };
    insns = cgroup_devices_bpf(rules, count, &arena, &insn_count);
    for (int i = 0; i < 100; i++) {
        struct access a = {
            .type = 1 + (unsigned)rand_r(seed) % 2,
            .major = (uint32_t)some_number(seed, 4095, false),
            .minor = (uint32_t)some_number(seed, 0xfffff, false),
            .wanted = 1 + (unsigned)rand_r(seed) % 7,
        };
        int got = interpret(insns, insn_count, &a), want = evaluate(rules, count, &a);

        if (got != want)
            printf("# access type %u %u:%u wanted %u\n", a.type, a.major, a.minor, a.wanted);
        EXPECT(got == want);
    }
    arena_done(&arena);
}

TEST(the_program_does_what_the_rules_say)
{
    unsigned seed = 20240229;

    for (int i = 0; i < 2000 && !test_failed; i++)
        compare_once(&seed);
}

TEST(a_long_program_still_reaches_its_exits)
{
    enum { MANY = 4000 };
    static struct spec_device_rule rules[MANY + 1];
    const struct access first = { BPF_DEVCG_DEV_CHAR, 200, 0, BPF_DEVCG_ACC_READ },
                        last = { BPF_DEVCG_DEV_BLOCK, 200, MANY - 1, BPF_DEVCG_ACC_WRITE },
                        none = { BPF_DEVCG_DEV_CHAR, 200, MANY, BPF_DEVCG_ACC_READ },
                        null = { BPF_DEVCG_DEV_CHAR, 1, 3, BPF_DEVCG_ACC_READ };
    struct cgroup_writes w = { 0 };
    struct arena a = { 0 };
    struct err e = { 0 };

    for (int i = 0; i <= MANY; i++)
        rules[i] = (struct spec_device_rule){ i == 0, 'a', 200, i, R | W };
    EXPECT(compile(host_v2(), rules, MANY, &a, &w, &e) == 0);
    EXPECT(w.device_insn_count > 7 * MANY);
    EXPECT(interpret(w.device_insns, w.device_insn_count, &first) == 1);
    EXPECT(interpret(w.device_insns, w.device_insn_count, &last) == 0);
    EXPECT(interpret(w.device_insns, w.device_insn_count, &none) == 0);
    EXPECT(interpret(w.device_insns, w.device_insn_count, &null) == 1);
    EXPECT(compile(host_v2(), rules, MANY + 1, &a, &w, &e) == -EOPNOTSUPP);
    EXPECT_STR(e.text, "linux.resources.devices has more than 4000 rules");
    arena_done(&a);
}

/* Jumps go forward and stay inside, and every instruction can be reached: the verifier insists. */
TEST(the_program_is_one_that_the_verifier_takes)
{
    static const struct spec_device_rule rules[] = {
        { true, 'c', 9, 9, RWM },
        { false, 'a', ANY, ANY, RWM },
        { true, 'b', 8, ANY, R },
        { false, 'c', 5, ANY, W | M },
    };
    bool reached[256] = { true };
    struct cgroup_writes w = { 0 };
    struct arena a = { 0 };
    struct err e = { 0 };

    EXPECT(compile(host_v2(), rules, ARRAY_SIZE(rules), &a, &w, &e) == 0);
    EXPECT(w.device_insn_count > 10 && w.device_insn_count < ARRAY_SIZE(reached));
    for (size_t i = 0; i < w.device_insn_count; i++) {
        const struct bpf_insn *insn = &w.device_insns[i];

        EXPECT(reached[i]);
        if (BPF_CLASS(insn->code) == BPF_JMP32) {
            EXPECT(insn->off > 0 && i + 1 + (size_t)insn->off < w.device_insn_count);
            reached[i + 1 + (size_t)insn->off] = true;
        }
        if (insn->code != (BPF_JMP | BPF_EXIT) && i + 1 < w.device_insn_count)
            reached[i + 1] = true;
    }
    EXPECT(w.device_insns[w.device_insn_count - 1].code == (BPF_JMP | BPF_EXIT));
    arena_done(&a);
}

TEST_MAIN()
