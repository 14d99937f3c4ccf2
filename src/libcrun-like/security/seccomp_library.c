// SPDX-License-Identifier: Apache-2.0
/* seccomp_library.c - finding libseccomp and its functions at run time. */
#include "security/seccomp_library.h"

#include "base/cleanup.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#define SYMBOL(name)                                                                               \
    {                                                                                              \
        "seccomp_" #name, offsetof(struct seccomp_library, name)                                   \
    }

static const struct {
    const char *name;
    size_t offset;
} symbols[] = {
    SYMBOL(init),
    SYMBOL(release),
    SYMBOL(arch_native),
    SYMBOL(arch_resolve_name),
    SYMBOL(arch_add),
    SYMBOL(attr_set),
    SYMBOL(syscall_resolve_name),
    SYMBOL(syscall_resolve_name_arch),
    SYMBOL(rule_add_array),
    SYMBOL(export_bpf),
};

int seccomp_library_open(struct seccomp_library *ret, struct err *e)
{
    cleanup(seccomp_library_done) struct seccomp_library l = { 0 };
    Dl_info info;

    l.handle = dlopen("libseccomp.so.2", RTLD_NOW | RTLD_LOCAL);
    if (!l.handle)
        return err_set(e, ERR_UNSUPPORTED, "linux.seccomp: load libseccomp: %s", dlerror());
    for (size_t i = 0; i < ARRAY_SIZE(symbols); i++) {
        void *address = dlsym(l.handle, symbols[i].name);

        if (!address)
            return err_set(e, ERR_UNSUPPORTED, "linux.seccomp: libseccomp has no '%s'",
                           symbols[i].name);
        memcpy((char *)&l + symbols[i].offset, &address, sizeof address);
        if (i == 0 && dladdr(address, &info))
            l.path = info.dli_fname;
    }
    *ret = l;
    l.handle = NULL;
    return 0;
}

void seccomp_library_done(struct seccomp_library *l)
{
    if (l->handle)
        dlclose(l->handle);
    l->handle = NULL;
}
