// SPDX-License-Identifier: Apache-2.0
/* seccomp_shrink.h - the same filter in fewer instructions. */
#pragma once

#include "security/seccomp.h"

/* Replaces p->insns by a program with the same answers where that is shorter, and leaves p alone
 * otherwise. Returns 0 or -ENOMEM. */
int seccomp_shrink(struct seccomp_program *p);
