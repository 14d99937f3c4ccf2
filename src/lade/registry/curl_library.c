// SPDX-License-Identifier: Apache-2.0
/* curl_library.c - finding libcurl and its functions at run time. */
#include "lade/registry/curl_library.h"

#include "base/cleanup.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#define SYMBOL(name)                                                                               \
    {                                                                                              \
        "curl_" #name, offsetof(struct curl_library, name)                                         \
    }

static const struct {
    const char *name;
    size_t offset;
} symbols[] = {
    SYMBOL(global_init),   SYMBOL(version_info), SYMBOL(easy_init),      SYMBOL(easy_cleanup),
    SYMBOL(easy_reset),    SYMBOL(easy_setopt),  SYMBOL(easy_getinfo),   SYMBOL(easy_perform),
    SYMBOL(easy_strerror), SYMBOL(slist_append), SYMBOL(slist_free_all), SYMBOL(url),
    SYMBOL(url_cleanup),   SYMBOL(url_set),      SYMBOL(url_get),        SYMBOL(free),
};

/* The same interface by whichever TLS library it was built with. */
static const char *const names[] = { "libcurl.so.4", "libcurl-gnutls.so.4" };

int curl_library_open(struct curl_library *ret, struct err *e)
{
    struct curl_library l = { 0 };

    for (size_t i = 0; i < ARRAY_SIZE(names) && !l.handle; i++)
        l.handle = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (!l.handle)
        return err_set(e, ERR_UNSUPPORTED, "load libcurl: %s", dlerror());
    for (size_t i = 0; i < ARRAY_SIZE(symbols); i++) {
        void *address = dlsym(l.handle, symbols[i].name);

        if (!address)
            return err_set(e, ERR_UNSUPPORTED, "libcurl has no '%s'", symbols[i].name);
        memcpy((char *)&l + symbols[i].offset, &address, sizeof address);
    }
    if (l.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return err_set(e, ERR_UNSUPPORTED, "start libcurl");
    *ret = l;
    return 0;
}
