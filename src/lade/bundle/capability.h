// SPDX-License-Identifier: Apache-2.0
/* capability.h - capabilities by name, and those that a container begins with. */
#pragma once

#include "base/err.h"

#include <stdint.h>

/* A container's user can own files, take any id and name, listen on low ports and kill its own;
 * more is asked for. Engines commonly add CAP_NET_RAW, CAP_MKNOD and CAP_AUDIT_WRITE, which let it
 * forge packets and make devices. */
extern const uint64_t capability_defaults;

/* With or without "CAP_", in any case; "ALL" is all that this build knows. */
int capability_parse(const char *name, uint64_t *ret, struct err *e);

/* "CAP_CHOWN"; NULL when there is none of that number. */
const char *capability_name(unsigned number);
