// SPDX-License-Identifier: Apache-2.0
/* remove.h - what delete does, for the verbs that end in it or in a part of it. */
#pragma once

#include "container/open.h"

/* SIGKILL for the container's process, also a frozen one, until it has ended. */
int found_kill(struct found *f, struct err *e);

/* Kill (force), remove cgroup and state, run poststop hooks. Every step can be repeated: a delete
 * that was killed or found the cgroup busy is finished by the next one. f must hold the lock. */
int remove_found(struct found *f, bool force, struct err *e);
