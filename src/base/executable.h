// SPDX-License-Identifier: Apache-2.0
/* executable.h - a program that we carry as bytes, in a file that nobody can change. */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* A sealed memfd of that name (O_CLOEXEC, the caller's) with the bytes, or -errno. Where the host
 * has no executable memfds it is a file in a read-only tmpfs of its own; without the right to mount
 * one, a nameless file that is not sealed. */
int executable_seal(const char *name, const void *bytes, size_t size, struct err *e);

/* Can nobody change it any more? Another may only be executed once. */
bool executable_is_sealed(int fd);
