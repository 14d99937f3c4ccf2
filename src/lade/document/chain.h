// SPDX-License-Identifier: Apache-2.0
/* chain.h - the identity of a stack of layers, image-spec config.md "Layer ChainID". */
#pragma once

#include "lade/name/digest.h"

/* Put one more layer on a stack. *chain is zeroed before the first. */
int chain_next(struct digest *chain, const struct digest *diff_id, struct err *e);
