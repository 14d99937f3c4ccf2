// SPDX-License-Identifier: Apache-2.0
/* remove.h - what a whiteout hides, or what is in an entry's way, goes. */
#pragma once

#include "lade/layer/made.h"

/* Remove the name and all below it, without following links. keep: what it has stays, together
 * with the directories on the way to it; NULL: nothing does. What is not there is no error.
 * Returns 1 when something stayed. */
int remove_name(int dir, const char *name, const struct made *keep, struct err *e);

/* The same for all names in the directory. */
int remove_children(int dir, const struct made *keep, struct err *e);
