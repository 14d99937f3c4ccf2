// SPDX-License-Identifier: Apache-2.0
/* version.h - the ociVersion property. */
#pragma once

#include <stdbool.h>

/* The newest runtime-spec whose properties are known here. */
#define VERSION_OCI "1.3.0"

/* Does the text follow SemVer 2.0.0: major.minor.patch[-pre.release][+build]? */
bool version_is_semantic(const char *text);

/* Is a semantic version one that we read? Every 1.x is: later ones only add properties. */
bool version_is_supported(const char *text);
