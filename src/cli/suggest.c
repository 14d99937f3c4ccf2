// SPDX-License-Identifier: Apache-2.0
/* suggest.c - the distance between two words, in slips of the finger. */
#include "cli/suggest.h"

#include <string.h>

enum { WORD_MAX = 31 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many letters were left out, put in, mistaken or exchanged with their neighbour between a and
 * b (optimal string alignment). Both are at most WORD_MAX bytes long. */
static size_t slips(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t d[WORD_MAX + 1][WORD_MAX + 1];

    for (size_t i = 0; i <= a_len; i++)
        d[i][0] = i;
    for (size_t j = 0; j <= b_len; j++)
        d[0][j] = j;
    for (size_t i = 1; i <= a_len; i++)
        for (size_t j = 1; j <= b_len; j++) {
            d[i][j] = least(d[i - 1][j - 1] + (a[i - 1] != b[j - 1]),
                            least(d[i - 1][j], d[i][j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
        }
    return d[a_len][b_len];
}

void suggest_weigh(struct suggestion *s, const char *candidate)
{
    size_t len = strlen(candidate), distance;

    if (s->len < 2 || s->len > WORD_MAX || len > WORD_MAX)
        return;
    if (s->len >= 3 && s->len < len && memcmp(s->word, candidate, s->len) == 0)
        distance = 1; /* cut short, as getopt would allow */
    else
        distance = slips(s->word, s->len, candidate, len);
    if (distance > (s->len + 2) / 4 || (s->best && distance >= s->distance))
        return;
    s->best = candidate;
    s->distance = distance;
}
