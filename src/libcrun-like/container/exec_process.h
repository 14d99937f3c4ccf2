// SPDX-License-Identifier: Apache-2.0
/* exec_process.h - the process that exec runs: from a file, or from the container's and a command
 * line. */
#pragma once

#include "base/arena.h"
#include "config/spec.h"
#include "container/open.h"
#include "davit.h"

/* f: where a user's name is looked up. ret borrows from container, *ret_given (the parsed file;
 * caller frees) and the arena. */
int exec_process_make(const struct davit_exec_options *o, struct found *f,
                      const struct spec *container, struct arena *arena, struct spec **ret_given,
                      struct spec_process *ret, struct err *e);
