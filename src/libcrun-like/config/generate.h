// SPDX-License-Identifier: Apache-2.0
/* generate.h - the starter config.json that `davit spec` prints. */
#pragma once

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Append a config.json for a shell in "rootfs". Rootless: it runs for a caller without privileges,
 * in a user namespace that maps root to uid and gid (ignored otherwise), on the host's network and
 * without cgroup limits. Fails only without memory.
 */
int spec_generate(bool rootless, uint32_t uid, uint32_t gid, struct buf *ret, struct err *e);
