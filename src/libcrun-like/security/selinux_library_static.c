// SPDX-License-Identifier: Apache-2.0
/* selinux_library_static.c - libselinux inside a static program: nothing to find. */
#include "security/selinux_library.h"

#include <errno.h>
#include <stddef.h>

int selinux_library_open(struct selinux_library *ret, struct err *e)
{
    *ret = (struct selinux_library){ .is_enabled = is_selinux_enabled,
                                     .check_context = security_check_context };
    return e ? 0 : -EINVAL;
}

void selinux_library_done(struct selinux_library *l)
{
    l->handle = NULL;
}
