// SPDX-License-Identifier: Apache-2.0
/*
 * fake_kernel.h - what the hosted build of src/init calls: the real kernel, but for the calls that
 * a test has rules for.
 *
 * The hosted build is src/init and what it shares with the parent, compiled as ordinary objects
 * with sanitizers. No source knows of it: hosted/base/sys_call.h comes first in the include path.
 */
#pragma once

#include "base/sys.h"

#include <errno.h>
#include <stdbool.h>

/* A call that the fake answers itself. Rules are looked at in the order they were made. */
struct fake_rule {
    long call;       /* __NR_* */
    long second;     /* only with this second argument (an ioctl's or fsconfig's command) */
    bool any_second; /* whatever the second argument is */
    unsigned skip;   /* so many times the kernel is asked before the rule holds */
    unsigned times;  /* so many times it holds, 0: for ever */
    long answer;
};

void fake_rule(const struct fake_rule *r);
void fake_forget(void); /* all rules, and what was noted */

/* Every such call fails with the errno. */
static inline void fake_deny(long call, int code)
{
    fake_rule(&(struct fake_rule){ .call = call, .any_second = true, .answer = -code });
}

/* How often the call was made by hosted code, also when the kernel answered. */
unsigned fake_count(long call);

/* Arguments of the last such call; false when there was none. */
struct fake_arguments {
    long a, b, c, d, e, f;
};
bool fake_last(long call, struct fake_arguments *ret);

/* Before a process ends by other ways than exit(): coverage counts up to here. */
void fake_save_coverage(void);
