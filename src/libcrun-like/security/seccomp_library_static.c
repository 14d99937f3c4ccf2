// SPDX-License-Identifier: Apache-2.0
/* seccomp_library_static.c - libseccomp inside a static program: nothing to find. */
#include "security/seccomp_library.h"

#include "base/cleanup.h"

#include <limits.h>
#include <string.h>

/* The program is the file whose change makes cached filters old. */
static char *own_path(void)
{
    char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);

    if (n < 0)
        return NULL;
    path[n] = '\0';
    return strdup(path);
}

int seccomp_library_open(struct seccomp_library *ret, struct err *e)
{
    char *path = own_path();

    *ret = (struct seccomp_library){
        .handle = path,
        .path = path,
        .init = seccomp_init,
        .release = seccomp_release,
        .arch_native = seccomp_arch_native,
        .arch_resolve_name = seccomp_arch_resolve_name,
        .arch_add = seccomp_arch_add,
        .attr_set = seccomp_attr_set,
        .syscall_resolve_name = seccomp_syscall_resolve_name,
        .syscall_resolve_name_arch = seccomp_syscall_resolve_name_arch,
        .rule_add_array = seccomp_rule_add_array,
        .export_bpf = seccomp_export_bpf,
    };
    return e ? 0 : -EINVAL;
}

void seccomp_library_done(struct seccomp_library *l)
{
    free(l->handle);
    l->handle = NULL;
}
