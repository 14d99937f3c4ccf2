// SPDX-License-Identifier: Apache-2.0
/*
 * read_ahead.h - a source that a thread of its own reads ahead, so that making bytes and using them
 * go on at the same time.
 *
 * Holds at most pieces * size bytes. The thread calls the source only; it ends with the stream, an
 * error, or the release.
 */
#pragma once

#include "lade/stream/stream.h"

struct read_ahead;

int read_ahead_new(const struct byte_source *from, unsigned pieces, size_t size,
                   struct read_ahead **ret, struct err *e);

/* Stops the thread and waits for it: for as long as the source takes to return from a read. */
void read_ahead_freep(struct read_ahead **r);
#define auto_read_ahead __attribute__((__cleanup__(read_ahead_freep))) struct read_ahead

struct byte_source read_ahead_source(struct read_ahead *r);
