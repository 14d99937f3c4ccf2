// SPDX-License-Identifier: Apache-2.0
/* selinux_library.h - the two questions to libselinux: opened when one is asked, or linked in. */
#pragma once

#include "base/err.h"

#include <selinux/selinux.h>

struct selinux_library {
    void *handle;
    typeof(is_selinux_enabled) *is_enabled;
    typeof(security_check_context) *check_context;
};

int selinux_library_open(struct selinux_library *ret, struct err *e);
void selinux_library_done(struct selinux_library *l);
