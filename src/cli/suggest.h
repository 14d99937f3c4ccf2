// SPDX-License-Identifier: Apache-2.0
/* suggest.h - "did you mean": the known name that is nearest to a mistyped one. */
#pragma once

#include <stddef.h>

/* Fill word and len, weigh every candidate, then read best. */
struct suggestion {
    const char *word;
    size_t len;
    const char *best; /* NULL: nothing is near enough */
    size_t distance;
};

void suggest_weigh(struct suggestion *s, const char *candidate);
