// SPDX-License-Identifier: Apache-2.0
/* remove.h - what delete does, for the verbs that end in it. */
#pragma once

#include "container/open.h"

/* Kill (force), remove cgroup and state, run poststop hooks. Every step can be repeated: a delete
 * that was killed or found the cgroup busy is finished by the next one. f must hold the lock. */
int remove_found(struct found *f, bool force, struct err *e);
