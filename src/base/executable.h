// SPDX-License-Identifier: Apache-2.0
/* executable.h - a program that we carry as bytes, in a file that nobody can change. */
#pragma once

#include "base/err.h"

#include <stddef.h>

/* A sealed memfd of that name (O_CLOEXEC, the caller's) with the bytes, or -errno. */
int executable_seal(const char *name, const void *bytes, size_t size, struct err *e);
