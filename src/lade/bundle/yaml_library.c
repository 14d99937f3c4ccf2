// SPDX-License-Identifier: Apache-2.0
/* yaml_library.c - finding libyaml and its functions at run time. */
#include "lade/bundle/yaml_library.h"

#include "base/cleanup.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#define SYMBOL(name)                                                                               \
    {                                                                                              \
        "yaml_" #name, offsetof(struct yaml_library, name)                                         \
    }

static const struct {
    const char *name;
    size_t offset;
} symbols[] = {
    SYMBOL(parser_initialize), SYMBOL(parser_delete), SYMBOL(parser_set_input_string),
    SYMBOL(parser_parse),      SYMBOL(event_delete),
};

int yaml_library_open(struct yaml_library *ret, struct err *e)
{
    auto_yaml_library l = { .handle = dlopen("libyaml-0.so.2", RTLD_NOW | RTLD_LOCAL) };

    if (!l.handle)
        return err_set(e, ERR_UNSUPPORTED, "load libyaml: %s", dlerror());
    for (size_t i = 0; i < ARRAY_SIZE(symbols); i++) {
        void *address = dlsym(l.handle, symbols[i].name);

        if (!address)
            return err_set(e, ERR_UNSUPPORTED, "libyaml has no '%s'", symbols[i].name);
        memcpy((char *)&l + symbols[i].offset, &address, sizeof address);
    }
    *ret = l;
    l.handle = NULL;
    return 0;
}

void yaml_library_close(struct yaml_library *l)
{
    if (l->handle)
        dlclose(l->handle);
    l->handle = NULL;
}
