// SPDX-License-Identifier: Apache-2.0
/*
 * seccomp.h - linux.seccomp compiled to a BPF program in the parent; the sealed executable only
 * loads it.
 *
 * libseccomp is opened with dlopen when a filter is really compiled, so a start with a cached
 * filter (or none) does not pay for it.
 */
#pragma once

#include "base/err.h"
#include "config/spec.h"

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

struct seccomp_program {
    struct sock_filter *insns; /* malloc'd */
    size_t count;
    uint32_t flags; /* SECCOMP_FILTER_FLAG_* for seccomp(2) */
};

/* cache_dirfd: directory for compiled filters, -1 for none. A cache that can't be read or written
 * is not an error; a damaged entry is rebuilt. The key covers the filter, the architecture, the
 * format version and libseccomp's version. */
int seccomp_compile(const struct spec_seccomp *s, int cache_dirfd, struct seccomp_program *ret,
                    struct err *e);
void seccomp_program_done(struct seccomp_program *p);

/* Name tables for `features`; each list ends with NULL. */
extern const char *const seccomp_action_names[],
    *const seccomp_operator_names[], *const seccomp_arch_names[], *const seccomp_flag_names[];
