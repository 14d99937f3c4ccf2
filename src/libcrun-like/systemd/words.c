// SPDX-License-Identifier: Apache-2.0
/* words.c - the words of a request to davit-bus. */
#include "systemd/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void words_add(struct buf *request, const char *word)
{
    buf_add(request, word, strlen(word) + 1);
}

void words_add_number(struct buf *request, uint64_t n)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRIu64, n);
    words_add(request, text);
}

void words_begin_property(struct buf *request, const char *name, const char *signature,
                          size_t count)
{
    words_add(request, name);
    words_add(request, signature);
    words_add_number(request, count);
}

void words_add_property(struct buf *request, const char *name, const char *signature,
                        const char *value)
{
    words_begin_property(request, name, signature, 1);
    words_add(request, value);
}
