// SPDX-License-Identifier: Apache-2.0
/* ring.h - pieces of memory that go round between a thread and its owner: what read_ahead.h and
 * write_behind.h have in common. */
#pragma once

#include "base/err.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring_piece {
    uint8_t *data;
    size_t len;
};

struct ring {
    struct ring_piece *pieces;
    size_t size; /* bytes of a piece */
    unsigned count;
    pthread_t thread;
    bool started;

    /* Under the lock: pieces head .. head+full are filled, the next one is being filled. */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned head, full;
    bool stop, failed;
    struct err error; /* when failed */
};

/* Memory, and a thread that runs the function with data. ring_done() is wanted also after a
 * failure. */
int ring_start(struct ring *r, unsigned pieces, size_t size, void *(*run)(void *data), void *data,
               struct err *e);

/* Set a flag of the owner's or the ring's, wake the thread, and wait for its end. */
void ring_end(struct ring *r, bool *flag);

/* Ends the thread by the stop flag, if it still runs. */
void ring_done(struct ring *r);

/* The piece that is filled next; the lock is held or nobody else moves it. */
static inline struct ring_piece *ring_next(struct ring *r)
{
    return &r->pieces[(r->head + r->full) % r->count];
}

/* One more is filled. failure: NULL, or why it is the last one. */
void ring_filled(struct ring *r, const struct err *failure);
/* The first one is free again; failure likewise. */
void ring_emptied(struct ring *r, const struct err *failure);
