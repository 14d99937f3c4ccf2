// SPDX-License-Identifier: Apache-2.0
/* seccomp_build.c - linux.seccomp to BPF: architectures, actions, rules, export. */
#include "security/seccomp_build.h"

#include "base/cleanup.h"
#include "security/seccomp_shrink.h"

#include <ctype.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum { NO_EXEC_SEAL = 0x0008 }; /* MFD_NOEXEC_SEAL, Linux 6.3 */

static void build_done(struct seccomp_build *b)
{
    if (b->ctx)
        b->lib->release(b->ctx);
    free(b->decisions);
    buf_done(&b->program);
}

/* "SCMP_ARCH_X86_64" is libseccomp's "x86_64"; 0 when there is no such thing. */
static uint32_t resolve_arch(const struct seccomp_build *b, const char *name)
{
    static const char prefix[] = "SCMP_ARCH_";
    char lower[32];
    size_t n = 0;

    if (strncmp(name, prefix, strlen(prefix)) != 0)
        return 0;
    for (name += strlen(prefix); *name && n < sizeof lower - 1; name++) {
        if (islower((unsigned char)*name))
            return 0;
        lower[n++] = (char)tolower((unsigned char)*name);
    }
    lower[n] = '\0';
    return b->lib->arch_resolve_name(lower);
}

static void remember_arch(struct seccomp_build *b, uint32_t token)
{
    for (size_t i = 0; i < b->arch_count; i++)
        if (b->archs[i].token == token)
            return;
    if (b->arch_count < SECCOMP_ARCHS_MAX)
        b->archs[b->arch_count++].token = token;
}

/* The native one is in a new context by itself, listed or not. */
static int add_archs(struct seccomp_build *b, struct err *e)
{
    remember_arch(b, b->lib->arch_native());
    for (size_t i = 0; i < b->s->architectures.count; i++) {
        const char *name = b->s->architectures.items[i];
        uint32_t arch = resolve_arch(b, name);
        int rc;

        if (!arch)
            return err_set(e, ERR_INVALID, "linux.seccomp.architectures[%zu]: unknown '%s'", i,
                           name);
        rc = b->lib->arch_add(b->ctx, arch);
        if (rc == -EDOM)
            return err_set(e, ERR_UNSUPPORTED,
                           "linux.seccomp.architectures[%zu]: '%s' has another byte order", i,
                           name);
        if (rc < 0 && rc != -EEXIST)
            return err_os(e, rc, "linux.seccomp.architectures[%zu]: add '%s'", i, name);
        remember_arch(b, arch);
    }
    return 0;
}

static void find_newest(const struct seccomp_build *b, struct seccomp_arch *a,
                        const struct spec_strings *names)
{
    for (size_t i = 0; i < names->count; i++) {
        int call = b->lib->syscall_resolve_name_arch((int)a->token, names->items[i]);

        if (!seccomp_enosys_counts(a->token, call))
            continue;
        if (!a->named || (uint32_t)call > a->newest)
            a->newest = (uint32_t)call;
        a->named = true;
    }
}

static void add_enosys(struct seccomp_build *b)
{
    for (size_t a = 0; a < b->arch_count; a++)
        for (size_t i = 0; i < b->s->rule_count; i++)
            find_newest(b, &b->archs[a], &b->s->rules[i].names);
    seccomp_enosys_add(b->archs, b->arch_count, &b->program);
}

/* A seekable file in memory for libseccomp to write to. */
static int memory_file(void)
{
    int fd = memfd_create("seccomp", MFD_CLOEXEC | NO_EXEC_SEAL);

    return fd < 0 && errno == EINVAL ? memfd_create("seccomp", MFD_CLOEXEC) : fd;
}

static int read_exactly(int fd, void *to, size_t size)
{
    size_t done = 0;

    while (done < size) {
        ssize_t n = pread(fd, (char *)to + done, size - done, (off_t)done);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : -EIO;
        done += (size_t)n;
    }
    return 0;
}

/* What is in front, and behind it what libseccomp made. */
static int export_program(const struct seccomp_build *b, struct seccomp_program *ret, struct err *e)
{
    auto_fd fd = memory_file();
    auto_free struct sock_filter *insns = NULL;
    size_t front = b->program.len / sizeof *insns, count;
    struct stat st;
    int rc;

    if (fd < 0)
        return err_os(e, errno, "linux.seccomp: create a memory file");
    rc = b->lib->export_bpf(b->ctx, fd);
    if (rc < 0)
        return err_os(e, rc, "linux.seccomp: export the filter");
    if (fstat(fd, &st) < 0)
        return err_os(e, errno, "linux.seccomp: stat the filter");
    count = front + (size_t)st.st_size / sizeof *insns;
    insns = calloc(count, sizeof *insns);
    if (!insns || buf_failed(&b->program))
        return err_os(e, ENOMEM, "linux.seccomp");
    if (front)
        memcpy(insns, b->program.data, front * sizeof *insns);
    rc = read_exactly(fd, insns + front, (count - front) * sizeof *insns);
    if (rc < 0)
        return err_os(e, rc, "linux.seccomp: read the filter");
    ret->insns = take_ptr(insns);
    ret->count = count;
    return 0;
}

int seccomp_build(const struct seccomp_library *library, const struct spec_seccomp *s,
                  struct seccomp_program *ret, struct err *e)
{
    cleanup(build_done) struct seccomp_build b = { .lib = library, .s = s };
    cleanup(seccomp_program_done) struct seccomp_program p = { .flags = ret->flags };

    if (seccomp_resolve_action(s->default_action, &s->default_errno_ret, &b.default_action, e) < 0)
        return err_wrap(e, "linux.seccomp.defaultErrnoRet");
    b.ctx = library->init(b.default_action);
    if (!b.ctx)
        return err_set(e, ERR_UNSUPPORTED,
                       "linux.seccomp.defaultAction: libseccomp or the kernel refuses it");
    /* A binary tree instead of a list: several times faster to run. Should shrinking not be
     * possible, it counts when loading, too: the kernel runs the filter for every number (5.11). */
    library->attr_set(b.ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    TRY(add_archs(&b, e));
    TRY(seccomp_decide(&b, e));
    TRY(seccomp_add_rules(&b, e));
    /* Only where EPERM is a stand-in for "not in the list"; any other default is meant. */
    if (b.default_action == SCMP_ACT_ERRNO(EPERM))
        add_enosys(&b);
    seccomp_conditions_add(&b);
    TRY(export_program(&b, &p, e));
    if (seccomp_shrink(&p) < 0)
        return err_os(e, ENOMEM, "linux.seccomp");
    if (p.count > BPF_MAXINSNS)
        return err_set(e, ERR_INVALID, "linux.seccomp: %zu instructions are above %d", p.count,
                       BPF_MAXINSNS);
    ret->insns = take_ptr(p.insns);
    ret->count = p.count;
    return 0;
}
