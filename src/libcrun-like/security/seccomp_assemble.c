// SPDX-License-Identifier: Apache-2.0
/* seccomp_assemble.c - a BPF program written from its end to its start. */
#include "security/seccomp_assemble.h"

#include <stdlib.h>

enum { REACH_MAX = 255 };

void assembly_done(struct assembly *a)
{
    buf_done(&a->reversed);
}

static uint32_t count_of(const struct assembly *a)
{
    return (uint32_t)(a->reversed.len / sizeof(struct sock_filter));
}

static uint32_t put(struct assembly *a, struct sock_filter insn)
{
    buf_add(&a->reversed, &insn, sizeof insn);
    return count_of(a) - 1;
}

/* How many instructions lie between the target and the one that is put `later` ones from now. */
static uint32_t distance(const struct assembly *a, uint32_t target, uint32_t later)
{
    return count_of(a) + later - target - 1;
}

static uint32_t put_jump(struct assembly *a, uint32_t target)
{
    return put(a, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, distance(a, target, 0)));
}

uint32_t assemble_return(struct assembly *a, uint32_t action)
{
    size_t i = 0;

    while (i < a->return_count && a->returns[i].action != action)
        i++;
    if (i < a->return_count && distance(a, a->returns[i].at, 0) < REACH_MAX)
        return a->returns[i].at;
    if (i == ASSEMBLE_RETURNS)
        return put(a, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
    if (i == a->return_count)
        a->return_count++;
    a->returns[i].action = action;
    a->returns[i].at = put(a, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
    return a->returns[i].at;
}

uint32_t assemble_test(struct assembly *a, uint16_t code, uint32_t k, uint32_t yes, uint32_t no)
{
    if (yes == no)
        return yes;
    /* The second detour may push the first target out of reach, so each looks one further. */
    if (distance(a, yes, 1) > REACH_MAX)
        yes = put_jump(a, yes);
    if (distance(a, no, 0) > REACH_MAX)
        no = put_jump(a, no);
    return put(a, (struct sock_filter)BPF_JUMP(code, k, (uint8_t)distance(a, yes, 0),
                                               (uint8_t)distance(a, no, 0)));
}

uint32_t assemble_plain(struct assembly *a, uint16_t code, uint32_t k, uint32_t next)
{
    if (distance(a, next, 0) != 0)
        put_jump(a, next);
    return put(a, (struct sock_filter)BPF_STMT(code, k));
}

struct sock_filter *assembly_program(const struct assembly *a, size_t *ret_count)
{
    size_t count = count_of(a);
    struct sock_filter *program = calloc(count, sizeof *program);

    if (!program || buf_failed(&a->reversed)) {
        free(program);
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        program[i] = ((const struct sock_filter *)a->reversed.data)[count - 1 - i];
    *ret_count = count;
    return program;
}
