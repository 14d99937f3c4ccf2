// SPDX-License-Identifier: Apache-2.0
/* seccomp_library.h - libseccomp's functions: opened when a filter has to be compiled, or linked
 * in. */
#pragma once

#include "base/err.h"

#include <seccomp.h>

struct seccomp_library {
    void *handle;
    const char *path; /* of the file that holds the code; lives as long as this struct is open */
    typeof(seccomp_init) *init;
    typeof(seccomp_release) *release;
    typeof(seccomp_arch_native) *arch_native;
    typeof(seccomp_arch_resolve_name) *arch_resolve_name;
    typeof(seccomp_arch_add) *arch_add;
    typeof(seccomp_attr_set) *attr_set;
    typeof(seccomp_syscall_resolve_name) *syscall_resolve_name;
    typeof(seccomp_syscall_resolve_name_arch) *syscall_resolve_name_arch;
    typeof(seccomp_rule_add_array) *rule_add_array;
    typeof(seccomp_export_bpf) *export_bpf;
};

int seccomp_library_open(struct seccomp_library *ret, struct err *e);
void seccomp_library_done(struct seccomp_library *l);
