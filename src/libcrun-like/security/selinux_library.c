// SPDX-License-Identifier: Apache-2.0
/* selinux_library.c - finding libselinux and its functions at run time. */
#include "security/selinux_library.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

int selinux_library_open(struct selinux_library *ret, struct err *e)
{
    struct selinux_library l = { .handle = dlopen("libselinux.so.1", RTLD_NOW | RTLD_LOCAL) };
    void *enabled, *check;

    if (!l.handle)
        return err_set(e, ERR_UNSUPPORTED, "load libselinux: %s", dlerror());
    enabled = dlsym(l.handle, "is_selinux_enabled");
    check = dlsym(l.handle, "security_check_context");
    if (!enabled || !check) {
        selinux_library_done(&l);
        return err_set(e, ERR_UNSUPPORTED, "libselinux lacks a function");
    }
    memcpy(&l.is_enabled, &enabled, sizeof enabled);
    memcpy(&l.check_context, &check, sizeof check);
    *ret = l;
    return 0;
}

void selinux_library_done(struct selinux_library *l)
{
    if (l->handle)
        dlclose(l->handle);
    l->handle = NULL;
}
