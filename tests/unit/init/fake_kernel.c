// SPDX-License-Identifier: Apache-2.0
/* fake_kernel.c - asks the kernel, unless a test has a rule for the call. */
#define sys_call ask_kernel
#include "../../../src/base/sys_call.h" /* the real one: "base/" finds what is in its place */
#undef sys_call

#include "fake_kernel.h"

#include <stdio.h>
#include <stdlib.h>

enum { RULES = 32, CALLS = 1024 };

static struct {
    struct fake_rule rule;
    unsigned met;
} rules[RULES];
static unsigned rule_count;

static struct {
    unsigned count;
    struct fake_arguments last;
} calls[CALLS];

void fake_rule(const struct fake_rule *r)
{
    if (rule_count == RULES) {
        fputs("fake_kernel: no room for another rule\n", stderr);
        exit(1);
    }
    rules[rule_count].rule = *r;
    rules[rule_count++].met = 0;
}

void fake_forget(void)
{
    rule_count = 0;
    for (unsigned i = 0; i < CALLS; i++)
        calls[i].count = 0;
}

unsigned fake_count(long call)
{
    return call >= 0 && call < CALLS ? calls[call].count : 0;
}

bool fake_last(long call, struct fake_arguments *ret)
{
    if (!fake_count(call))
        return false;
    *ret = calls[call].last;
    return true;
}

static bool has_answer(long n, long second, long *ret)
{
    for (unsigned i = 0; i < rule_count; i++) {
        const struct fake_rule *r = &rules[i].rule;
        unsigned met;

        if (r->call != n || (!r->any_second && r->second != second))
            continue;
        met = rules[i].met++;
        if (met < r->skip || (r->times && met >= r->skip + r->times))
            continue;
        *ret = r->answer;
        return true;
    }
    return false;
}

long sys_call(long n, long a, long b, long c, long d, long e, long f)
{
    long answer;

    if (n >= 0 && n < CALLS) {
        calls[n].count++;
        calls[n].last = (struct fake_arguments){ a, b, c, d, e, f };
    }
    if (has_answer(n, b, &answer))
        return answer;
    /* What ends the program without libc must not lose what coverage has counted. */
    if (n == __NR_exit_group || n == __NR_execve)
        fake_save_coverage();
    return ask_kernel(n, a, b, c, d, e, f);
}
