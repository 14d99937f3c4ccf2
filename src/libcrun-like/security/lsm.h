// SPDX-License-Identifier: Apache-2.0
/* lsm.h - is the security module there that a label is asked for? The sealed executable writes the
 * label. */
#pragma once

#include "base/err.h"

#include <stdbool.h>

/* Fails (ERR_UNSUPPORTED) when the label asks for a module this host doesn't run: asked for and not
 * applied is an error. NULL or "" asks for nothing. field is the configuration path for the error.
 */
int lsm_apparmor_check(const char *profile, const char *field, struct err *e);
int lsm_selinux_check(const char *label, const char *field, struct err *e);
bool lsm_apparmor_enabled(void);
bool lsm_selinux_enabled(void);
