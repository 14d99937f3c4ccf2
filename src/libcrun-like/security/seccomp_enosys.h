// SPDX-License-Identifier: Apache-2.0
/* seccomp_enosys.h - system calls that a filter's author could not know answer ENOSYS. */
#pragma once

#include "base/buf.h"

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One architecture of a filter (an SCMP_ARCH_* token) and the highest system call number that the
 * filter names for it. */
struct seccomp_arch {
    uint32_t token;
    bool named; /* newest is valid */
    uint32_t newest;
};

/* Whether a number belongs to the numbering that grows with the kernel, not to an architecture's
 * private range or libseccomp's pseudo calls: only such numbers count for newest. */
bool seccomp_enosys_counts(uint32_t token, int number);

/* Add the instructions that go in front of a filter; what they don't answer falls through to it. */
void seccomp_enosys_add(const struct seccomp_arch *archs, size_t count, struct buf *program);
