// SPDX-License-Identifier: Apache-2.0
/* foresee.h - a look at config.json before it is parsed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Does the text look as if it asked for a network namespace that is new and belongs to the caller's
 * user namespace? A guess, to begin early with what takes long: either answer may be wrong. text
 * need not end with NUL. */
bool spec_foresees_network(const char *text, size_t len);
