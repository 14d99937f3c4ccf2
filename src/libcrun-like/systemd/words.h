// SPDX-License-Identifier: Apache-2.0
/* words.h - the words of a request to davit-bus (bus/message.h). */
#pragma once

#include "base/buf.h"

#include <stdint.h>

void words_add(struct buf *request, const char *word);
void words_add_number(struct buf *request, uint64_t n);

/* count values follow. */
void words_begin_property(struct buf *request, const char *name, const char *signature,
                          size_t count);
/* One with one value. */
void words_add_property(struct buf *request, const char *name, const char *signature,
                        const char *value);
