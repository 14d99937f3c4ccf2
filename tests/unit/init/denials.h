// SPDX-License-Identifier: Apache-2.0
/* denials.h - the newer calls that a handler can do without, alone and together. */
#pragma once

#include "sandbox.h"

struct denial {
    const char *name;
    long calls[6];
    int code;
};

#define DENIAL(call, code, word)                                                                   \
    {                                                                                              \
#call " " word, { __NR_##call }, code                                                      \
    }
#define DENIALS(code, word)                                                                        \
    DENIAL(openat2, code, word), DENIAL(fsopen, code, word), DENIAL(fsconfig, code, word),         \
        DENIAL(fsmount, code, word), DENIAL(mount_setattr, code, word),                            \
        DENIAL(close_range, code, word),                                                           \
    {                                                                                              \
        "all " word, { __NR_openat2, __NR_fsopen,        __NR_fsconfig,                            \
                       __NR_fsmount, __NR_mount_setattr, __NR_close_range },                       \
            code                                                                                   \
    }

/* The first denies nothing. */
static const struct denial denials[] = { { .name = "nothing" },
                                         DENIALS(ENOSYS, "ENOSYS"),
                                         DENIALS(EPERM, "EPERM") };

static inline void deny(const struct denial *d)
{
    for (size_t i = 0; i < ARRAY_SIZE(d->calls) && d->code; i++)
        if (d->calls[i])
            fake_deny(d->calls[i], d->code);
}
