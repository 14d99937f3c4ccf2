// SPDX-License-Identifier: Apache-2.0
/* seccomp_profile.h - the default seccomp filter, runtime-spec config-linux.md "Seccomp". */
#pragma once

#include "base/json_write.h"

#include <stdint.h>

/* Write the filter as a member of that name; caps, as bits, are those that the container is
 * bounded by. */
void seccomp_profile_write(struct json_writer *w, const char *key, uint64_t caps);
