// SPDX-License-Identifier: Apache-2.0
/*
 * seccomp_build.h - one linux.seccomp object on its way to BPF; knows no cache.
 *
 * How it works: every rule is taken apart into decisions, one per system call that it names, and
 * the decisions are sorted so that all about one call stand together, the strictest first. The
 * first one that matches is the answer: where rules contradict each other the stricter wins, as
 * between two filters in the kernel. A call about which there is one decision goes to libseccomp,
 * which knows the numbers on every architecture and makes a good search tree. A call about which
 * there are several is decided in front of libseccomp's part (seccomp_conditions.c says why).
 */
#pragma once

#include "base/buf.h"
#include "security/seccomp.h"
#include "security/seccomp_enosys.h"
#include "security/seccomp_library.h"

enum {
    SECCOMP_ARCHS_MAX = 32, /* libseccomp 2.6 knows 23 */
    SECCOMP_ARGS_MAX = 6,   /* a system call has no more */
};

/* "If all of args hold, this call gets action"; no args: always. */
struct seccomp_decision {
    int call;         /* the native number, or libseccomp's pseudo number where there is none */
    uint32_t action;  /* SCMP_ACT_* */
    const char *name; /* as the rule spells it */
    size_t rule;      /* index into syscalls[] */
    const struct spec_seccomp_arg *args;
    size_t arg_count;
};

struct seccomp_build {
    const struct seccomp_library *lib;
    const struct spec_seccomp *s;
    scmp_filter_ctx ctx;
    uint32_t default_action;
    struct seccomp_arch archs[SECCOMP_ARCHS_MAX]; /* native first */
    size_t arch_count;
    struct seccomp_decision *decisions; /* malloc'd, sorted */
    size_t decision_count;
    struct buf program; /* of struct sock_filter: what goes in front of libseccomp's part */
};

/* Fills ret->insns and ret->count; the caller frees ret->insns. */
int seccomp_build(const struct seccomp_library *library, const struct spec_seccomp *s,
                  struct seccomp_program *ret, struct err *e);

/* seccomp_rules.c: linux.seccomp's actions and rules. errno_ret NULL or absent: EPERM. */
int seccomp_resolve_action(enum spec_seccomp_action action, const struct spec_opt_u64 *errno_ret,
                           uint32_t *ret, struct err *e);
int seccomp_decide(struct seccomp_build *b, struct err *e);    /* fills decisions */
int seccomp_add_rules(struct seccomp_build *b, struct err *e); /* to libseccomp */

/* The decisions about the call of decisions[start] that can be reached: *ret_count of them. Returns
 * where the next call starts. */
size_t seccomp_next_call(const struct seccomp_build *b, size_t start, size_t *ret_count);

/* seccomp_conditions.c: add what goes in front for calls with several decisions. */
void seccomp_conditions_add(struct seccomp_build *b);
