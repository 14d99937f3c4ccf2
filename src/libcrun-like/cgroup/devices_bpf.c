// SPDX-License-Identifier: Apache-2.0
/*
 * devices_bpf.c - device rules as a program for a v2 cgroup.
 *
 * The kernel runs the program with what is wanted (bits of mknod, read, write), the type and the
 * numbers; 1 lets it pass. The rules are tried from the last to the first and each takes the bits
 * it speaks of out of the wish: a denial of any bit still wanted ends with 0, and when nothing is
 * left to be decided the answer is 1. Bits that no rule mentions are denied.
 *
 * Most of a start's cost is the verifier, and most of its cost is branches (2 us each on a server
 * of 2024). So there is one part for character and one for block devices, major and minor are
 * compared as one number, and all parts share two exits: a plain rule is a single branch.
 */
#include "cgroup/layout.h"

enum { MINOR_BITS = 20, MAJOR_LAST = (1 << 12) - 1, MINOR_LAST = (1 << MINOR_BITS) - 1 };

/* A rule can stand in both parts. */
enum { PROLOGUE = 10, PER_RULE = 2 * 4, EPILOGUE = 4 * 2 };

/* r1 is the context when the program starts; NUMBER is major << 20 | minor */
enum { VERDICT = BPF_REG_0, CONTEXT = BPF_REG_1, TYPE = BPF_REG_2, WANTED, MAJOR, MINOR, NUMBER };

/* Jumps go forward; until the exits have a place, those to them carry one of these. */
enum { TO_DENIAL = -2, TO_PERMISSION = -1 };

enum { ALL = BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE | BPF_DEVCG_ACC_MKNOD };

struct program {
    struct bpf_insn *insns;
    size_t count;
};

static void emit(struct program *p, unsigned code, unsigned dst, uint32_t imm, int offset)
{
    p->insns[p->count++] = (struct bpf_insn){
        .code = (uint8_t)code,
        .dst_reg = dst & 15,
        .off = (int16_t)offset,
        .imm = (int32_t)imm,
    };
}

static void emit_from(struct program *p, unsigned code, unsigned dst, unsigned src, size_t offset)
{
    emit(p, code, dst, 0, (int)offset);
    p->insns[p->count - 1].src_reg = src & 15;
}

static void emit_return(struct program *p, bool verdict)
{
    emit(p, BPF_ALU64 | BPF_MOV | BPF_K, VERDICT, verdict, 0);
    emit(p, BPF_JMP | BPF_EXIT, 0, 0, 0);
}

static uint32_t kernel_access(uint32_t access)
{
    return (access & DEVICE_READ ? BPF_DEVCG_ACC_READ : 0) |
           (access & DEVICE_WRITE ? BPF_DEVCG_ACC_WRITE : 0) |
           (access & DEVICE_MKNOD ? BPF_DEVCG_ACC_MKNOD : 0);
}

static bool is_any_number(const struct spec_device_rule *r)
{
    return r->major == -1 && r->minor == -1;
}

/* A 32-bit branch (Linux 5.1) on whether the device has the rule's numbers, which are not both any.
 */
static void emit_number_branch(struct program *p, unsigned op, const struct spec_device_rule *r,
                               int offset)
{
    unsigned code = BPF_JMP32 | op | BPF_K;

    if (r->minor == -1)
        emit(p, code, MAJOR, (uint32_t)r->major, offset);
    else if (r->major == -1)
        emit(p, code, MINOR, (uint32_t)r->minor, offset);
    else
        emit(p, code, NUMBER, (uint32_t)(r->major << MINOR_BITS | r->minor), offset);
}

static void emit_rule(struct program *p, const struct spec_device_rule *r)
{
    uint32_t access = kernel_access(r->access);
    int end = r->allow ? TO_PERMISSION : TO_DENIAL;

    if (access == ALL) {
        emit_number_branch(p, BPF_JEQ, r, end);
        return;
    }
    if (!is_any_number(r))
        emit_number_branch(p, BPF_JNE, r, r->allow ? 2 : 3);
    if (r->allow) {
        emit(p, BPF_ALU64 | BPF_AND | BPF_K, WANTED, ~access & ALL, 0);
        emit(p, BPF_JMP32 | BPF_JEQ | BPF_K, WANTED, 0, end);
    } else {
        emit_from(p, BPF_ALU64 | BPF_MOV | BPF_X, VERDICT, WANTED, 0);
        emit(p, BPF_ALU64 | BPF_AND | BPF_K, VERDICT, access, 0);
        emit(p, BPF_JMP32 | BPF_JNE | BPF_K, VERDICT, 0, end);
    }
}

/* Whether a rule changes nothing because one of the few after it (the default rules mostly, which
 * engines configure too) has the last word on all of it. */
static bool is_shadowed(const struct device_rule *rules, size_t i, size_t count)
{
    enum { LOOK_AHEAD = 64 };

    for (size_t j = i + 1; j < count && j <= i + LOOK_AHEAD; j++)
        if (cgroup_device_covers(&rules[j].rule, &rules[i].rule) &&
            (rules[i].rule.access & ~rules[j].rule.access) == 0)
            return true;
    return false;
}

/* All rules about one type. */
static void emit_part(struct program *p, char type, const struct device_rule *rules, size_t count)
{
    for (size_t i = count; i-- > 0;) {
        const struct spec_device_rule *r = &rules[i].rule;

        /* No device has numbers beyond the kernel's: such a rule is about nothing. */
        if ((r->type != 'a' && r->type != type) || r->major > MAJOR_LAST || r->minor > MINOR_LAST ||
            is_shadowed(rules, i, count))
            continue;
        if (is_any_number(r) && kernel_access(r->access) == ALL) {
            /* What comes before is of no account, and the verifier refuses dead code. */
            emit_return(p, r->allow);
            return;
        }
        emit_rule(p, r);
    }
    emit_return(p, false);
}

/* The exit with the given verdict, if anything jumps there. */
static void emit_exit(struct program *p, int mark, bool verdict)
{
    size_t exit = p->count;
    bool used = false;

    for (size_t i = 0; i < exit; i++) {
        if (p->insns[i].off != mark)
            continue;
        p->insns[i].off = (int16_t)(exit - i - 1);
        used = true;
    }
    if (used)
        emit_return(p, verdict);
}

struct bpf_insn *cgroup_devices_bpf(const struct device_rule *rules, size_t count,
                                    struct arena *arena, size_t *ret_count)
{
    struct program p = {
        .insns = arena_new(arena, PROLOGUE + count * PER_RULE + EPILOGUE, struct bpf_insn),
    };
    size_t branch;

    if (!p.insns)
        return NULL;
    emit_from(&p, BPF_LDX | BPF_MEM | BPF_W, MAJOR, CONTEXT,
              offsetof(struct bpf_cgroup_dev_ctx, major));
    emit_from(&p, BPF_LDX | BPF_MEM | BPF_W, MINOR, CONTEXT,
              offsetof(struct bpf_cgroup_dev_ctx, minor));
    emit_from(&p, BPF_ALU64 | BPF_MOV | BPF_X, NUMBER, MAJOR, 0);
    emit(&p, BPF_ALU64 | BPF_LSH | BPF_K, NUMBER, MINOR_BITS, 0);
    emit_from(&p, BPF_ALU64 | BPF_OR | BPF_X, NUMBER, MINOR, 0);
    /* access_type is access << 16 | type */
    emit_from(&p, BPF_LDX | BPF_MEM | BPF_W, TYPE, CONTEXT,
              offsetof(struct bpf_cgroup_dev_ctx, access_type));
    emit_from(&p, BPF_ALU64 | BPF_MOV | BPF_X, WANTED, TYPE, 0);
    emit(&p, BPF_ALU64 | BPF_RSH | BPF_K, WANTED, 16, 0);
    emit(&p, BPF_ALU64 | BPF_AND | BPF_K, TYPE, 0xffff, 0);
    branch = p.count;
    emit(&p, BPF_JMP32 | BPF_JEQ | BPF_K, TYPE, BPF_DEVCG_DEV_BLOCK, 0);
    emit_part(&p, 'c', rules, count);
    p.insns[branch].off = (int16_t)(p.count - branch - 1);
    emit_part(&p, 'b', rules, count);
    emit_exit(&p, TO_PERMISSION, true);
    emit_exit(&p, TO_DENIAL, false);
    *ret_count = p.count;
    return p.insns;
}
