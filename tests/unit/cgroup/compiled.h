// SPDX-License-Identifier: Apache-2.0
/* compiled.h - what resources compile to on a made-up host, as one text that a table can hold. */
#pragma once

#include "base/cleanup.h"
#include "cgroup/cgroup.h"
#include "hosts.h"
#include "test.h"

#include <string.h>

#define I64(n)                                                                                     \
    {                                                                                              \
        true, (n)                                                                                  \
    }

enum kind { ON_V2, ON_V1, ON_HYBRID, ON_NOTHING };

/* "file=value;" for each write, or the error. In front of the value: "^" when it goes behind the
 * first word that is there. Behind the value: "?" when the file may be missing,
 * "!" when it is read back, " above FILE" and " or FILE=VALUE". */
static inline void compile(enum kind kind, const struct spec_resources *r, char *ret, size_t size)
{
    struct cgroup_host h = kind == ON_V2       ? host_v2()
                           : kind == ON_V1     ? host_v1()
                           : kind == ON_HYBRID ? host_hybrid()
                                               : (struct cgroup_host){ .v2 = -1 };
    struct cgroup_writes w = { 0 };
    struct arena a = { 0 };
    struct err e = { 0 };
    size_t used = 0;

    ret[0] = '\0';
    if (cgroup_compile(r, &h, &a, &w, &e) < 0)
        snprintf(ret, size, "%s", e.text);
    for (size_t i = 0; i < w.count; i++) {
        const struct cgroup_write *it = &w.items[i];

        used += (size_t)snprintf(ret + used, size - used, "%s=%s%s%s%s%s", it->file,
                                 it->behind_first ? "^" : "", it->value, it->if_there ? "?" : "",
                                 it->kept ? "!" : "", it->usage ? " above " : "");
        used += (size_t)snprintf(ret + used, size - used, "%s%s%s%s%s;", it->usage ? it->usage : "",
                                 it->other_file ? " or " : "", it->other_file ? it->other_file : "",
                                 it->other_file ? "=" : "", it->other_file ? it->other_value : "");
        EXPECT(strstr(h.h[it->hierarchy].controllers, it->controller) != NULL ||
               strcmp(it->controller, "cgroup") == 0);
        EXPECT(strncmp(it->where, "linux.resources.", 16) == 0);
        EXPECT(!it->optional);
    }
    arena_done(&a);
}

struct row {
    enum kind kind;
    struct spec_resources r;
    const char *want;
};

static inline void check(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char got[1024];

        compile(rows[i].kind, &rows[i].r, got, sizeof got);
        if (strcmp(got, rows[i].want) != 0)
            printf("# row %zu\n", i);
        EXPECT_STR(got, rows[i].want);
    }
}
