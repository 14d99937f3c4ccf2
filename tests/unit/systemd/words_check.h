// SPDX-License-Identifier: Apache-2.0
/* words_check.h - the words of a request as one line of text, with a space between them. */
#pragma once

#include "systemd/systemd.h"

#include <string.h>

static inline const char *spaced(struct buf *b)
{
    for (size_t i = 0; i + 1 < b->len; i++)
        if (b->data[i] == '\0')
            b->data[i] = ' ';
    return b->data ? b->data : "";
}
