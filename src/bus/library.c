// SPDX-License-Identifier: Apache-2.0
/* library.c - opens libsystemd, which only hosts with systemd have. */
#include "bus/library.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

struct library lib;

const char *library_open(void)
{
    static const struct {
        const char *name;
        size_t offset;
    } calls[] = {
#define LIBRARY_ENTRY(name) { #name, offsetof(struct library, name) },
        LIBRARY_CALLS(LIBRARY_ENTRY)
    };
    void *handle = dlopen("libsystemd.so.0", RTLD_NOW | RTLD_LOCAL);

    if (!handle)
        return dlerror();
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        void *call = dlsym(handle, calls[i].name);

        if (!call)
            return calls[i].name;
        memcpy((char *)&lib + calls[i].offset, &call, sizeof call);
    }
    return NULL;
}
