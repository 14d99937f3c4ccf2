// SPDX-License-Identifier: Apache-2.0
/* subset.h - an index of some of the images of an index. */
#pragma once

#include "lade/transfer/tree.h"

/* Replace the tree's last document, an index, by one whose entries are those that the tree has.
 * All else in it stays; its digest is another one. ERR_UNSUPPORTED when indexes are nested. */
int subset_root(struct tree *t, struct err *e);
