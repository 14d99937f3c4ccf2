// SPDX-License-Identifier: Apache-2.0
/* hand_over.h - what passes between an engine and us besides JSON: the pid file, the pidfd and
 * descriptors. */
#pragma once

#include "base/err.h"
#include "config/spec.h"

#include <sys/types.h>

/* Decimal digits only, replaced by rename: a reader sees a whole number or nothing. */
int hand_over_pid(const char *path, pid_t pid, struct err *e);

/* Where a pidfd goes: the option, or crun's annotation of the same meaning; NULL for nowhere. */
const char *hand_over_pidfd_socket(const char *option, const struct spec *s);

/* Connect to the socket at path and send a pidfd, which stays the caller's, with one message. */
int hand_over_pidfd(const char *path, int pidfd, struct err *e);

/* So many descriptors from 3 on must be open, those that came by socket activation first; call
 * before opening any. Returns how many they are. */
int hand_over_check_fds(unsigned listen, unsigned preserve, struct err *e);
