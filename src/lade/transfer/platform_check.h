// SPDX-License-Identifier: Apache-2.0
/* platform_check.h - whether pulled images are for what their index, or the user, takes them for.
 */
#pragma once

#include "lade/store/store.h"
#include "lade/transfer/tree.h"

/* An error in words for the first that says something else in its config, which is in the store. */
int platform_check(struct store *s, const struct tree *t, const struct tree_choice *choice,
                   struct err *e);
