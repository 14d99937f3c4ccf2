// SPDX-License-Identifier: Apache-2.0
/*
 * write_behind.h - a sink that a thread of its own hands on, so that making bytes and using them go
 * on at the same time.
 *
 * Holds at most pieces * size bytes. Only the thread calls the sink behind it.
 */
#pragma once

#include "lade/stream/stream.h"

struct write_behind;

int write_behind_new(const struct byte_sink *to, unsigned pieces, size_t size,
                     struct write_behind **ret, struct err *e);

/* Without the end: what is not handed on yet is thrown away. Waits for the thread. */
void write_behind_freep(struct write_behind **w);
#define auto_write_behind __attribute__((__cleanup__(write_behind_freep))) struct write_behind

/* A failure of the sink behind it comes back with a later write, or the end. */
struct byte_sink write_behind_sink(struct write_behind *w);

/* Wait until all is handed on. */
int write_behind_end(struct write_behind *w, struct err *e);
