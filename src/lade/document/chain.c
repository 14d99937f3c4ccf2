// SPDX-License-Identifier: Apache-2.0
/* chain.c - chain ids. */
#include "lade/document/chain.h"

#include <stdio.h>

int chain_next(struct digest *chain, const struct digest *diff_id, struct err *e)
{
    char text[2 * DIGEST_TEXT_SIZE];
    int len;

    if (!chain->text[0]) {
        *chain = *diff_id;
        return 0;
    }
    len = snprintf(text, sizeof text, "%s %s", chain->text, diff_id->text);
    return digest_of(DIGEST_SHA256, text, (size_t)len, chain, e);
}
