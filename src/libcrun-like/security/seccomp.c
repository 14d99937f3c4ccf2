// SPDX-License-Identifier: Apache-2.0
/* seccomp.c - a program for linux.seccomp, from the cache or from libseccomp. */
#include "security/seccomp.h"

#include "base/cleanup.h"
#include "security/seccomp_build.h"
#include "security/seccomp_cache.h"
#include "security/seccomp_library.h"

#include <linux/seccomp.h>

enum { WAIT_KILLABLE_RECV = 1 << 5 }; /* SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, Linux 5.19 */

const char *const seccomp_action_names[] = {
    "SCMP_ACT_ALLOW",       "SCMP_ACT_ERRNO",
    "SCMP_ACT_KILL",        "SCMP_ACT_KILL_PROCESS",
    "SCMP_ACT_KILL_THREAD", "SCMP_ACT_LOG",
    "SCMP_ACT_NOTIFY",      "SCMP_ACT_TRACE",
    "SCMP_ACT_TRAP",        NULL,
};

const char *const seccomp_operator_names[] = {
    "SCMP_CMP_EQ", "SCMP_CMP_GE",        "SCMP_CMP_GT", "SCMP_CMP_LE",
    "SCMP_CMP_LT", "SCMP_CMP_MASKED_EQ", "SCMP_CMP_NE", NULL,
};

/* What libseccomp 2.5, the oldest that is supported, knows; a newer one's are accepted too. */
const char *const seccomp_arch_names[] = {
    "SCMP_ARCH_AARCH64",   "SCMP_ARCH_ARM",      "SCMP_ARCH_MIPS",     "SCMP_ARCH_MIPS64",
    "SCMP_ARCH_MIPS64N32", "SCMP_ARCH_MIPSEL",   "SCMP_ARCH_MIPSEL64", "SCMP_ARCH_MIPSEL64N32",
    "SCMP_ARCH_PARISC",    "SCMP_ARCH_PARISC64", "SCMP_ARCH_PPC",      "SCMP_ARCH_PPC64",
    "SCMP_ARCH_PPC64LE",   "SCMP_ARCH_RISCV64",  "SCMP_ARCH_S390",     "SCMP_ARCH_S390X",
    "SCMP_ARCH_X32",       "SCMP_ARCH_X86",      "SCMP_ARCH_X86_64",   NULL,
};

/* _TSYNC asks for what is always so: the process that loads the filter has one thread. */
const char *const seccomp_flag_names[] = {
    "SECCOMP_FILTER_FLAG_LOG",
    "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
    "SECCOMP_FILTER_FLAG_TSYNC",
    "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
    NULL,
};

/* How notified calls wait is nothing to tell the kernel (and an error there) where none is. */
static uint32_t flags_of(const struct spec_seccomp *s)
{
    uint32_t flags = s->has_flags ? s->flags : SECCOMP_FILTER_FLAG_SPEC_ALLOW;

    return s->notifies ? flags | SECCOMP_FILTER_FLAG_NEW_LISTENER : flags & ~WAIT_KILLABLE_RECV;
}

void seccomp_program_done(struct seccomp_program *p)
{
    free(p->insns);
    *p = (struct seccomp_program){ 0 };
}

/* As with crun; the specification lets them pass, as older hosts lack newer calls. */
static int check_names(const struct seccomp_library *lib, const struct spec_seccomp *s,
                       struct err *e)
{
    for (size_t i = 0; i < s->rule_count; i++)
        for (size_t k = 0; k < s->rules[i].names.count; k++)
            if (lib->syscall_resolve_name(s->rules[i].names.items[k]) == __NR_SCMP_ERROR)
                return err_set(e, ERR_INVALID,
                               "linux.seccomp.syscalls[%zu].names[%zu]: unknown system call '%s'",
                               i, k, s->rules[i].names.items[k]);
    return 0;
}

int seccomp_compile(const struct spec_seccomp *s, int cache_dirfd, struct seccomp_program *ret,
                    struct err *e)
{
    cleanup(seccomp_library_done) struct seccomp_library library = { 0 };
    struct seccomp_program p = { .flags = flags_of(s) };
    struct seccomp_key key;

    if (s->refuse_unknown) {
        TRY(seccomp_library_open(&library, e));
        TRY(check_names(&library, s, e));
        seccomp_library_done(&library);
    }
    if (cache_dirfd >= 0) {
        seccomp_cache_key(s, &key);
        if (seccomp_cache_read(cache_dirfd, &key, &p)) {
            *ret = p;
            return 0;
        }
    }
    TRY(seccomp_library_open(&library, e));
    TRY(seccomp_build(&library, s, &p, e));
    if (cache_dirfd >= 0)
        seccomp_cache_write(cache_dirfd, &key, library.path, &p);
    *ret = p;
    return 0;
}
