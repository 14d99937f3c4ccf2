// SPDX-License-Identifier: Apache-2.0
/* ring.c - pieces of memory that go round between a thread and its owner. */
#include "lade/stream/ring.h"

#include <errno.h>
#include <stdlib.h>

int ring_start(struct ring *r, unsigned pieces, size_t size, void *(*run)(void *data), void *data,
               struct err *e)
{
    int rc;

    *r = (struct ring){ .size = size, .count = pieces };
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->changed, NULL);
    r->pieces = calloc(pieces, sizeof *r->pieces);
    if (!r->pieces)
        return err_os(e, ENOMEM, "start a thread");
    for (unsigned i = 0; i < pieces; i++) {
        r->pieces[i].data = malloc(size);
        if (!r->pieces[i].data)
            return err_os(e, ENOMEM, "start a thread");
    }
    rc = pthread_create(&r->thread, NULL, run, data);
    if (rc != 0)
        return err_os(e, rc, "start a thread");
    r->started = true;
    return 0;
}

void ring_end(struct ring *r, bool *flag)
{
    if (!r->started)
        return;
    pthread_mutex_lock(&r->lock);
    *flag = true;
    pthread_cond_signal(&r->changed);
    pthread_mutex_unlock(&r->lock);
    pthread_join(r->thread, NULL);
    r->started = false;
}

void ring_done(struct ring *r)
{
    ring_end(r, &r->stop);
    for (unsigned i = 0; r->pieces && i < r->count; i++)
        free(r->pieces[i].data);
    free(r->pieces);
    pthread_cond_destroy(&r->changed);
    pthread_mutex_destroy(&r->lock);
}

/* The lock is held. */
static void note_failure(struct ring *r, const struct err *failure)
{
    if (!failure)
        return;
    r->failed = true;
    r->error = *failure;
}

void ring_filled(struct ring *r, const struct err *failure)
{
    pthread_mutex_lock(&r->lock);
    note_failure(r, failure);
    r->full++;
    pthread_cond_signal(&r->changed);
    pthread_mutex_unlock(&r->lock);
}

void ring_emptied(struct ring *r, const struct err *failure)
{
    pthread_mutex_lock(&r->lock);
    note_failure(r, failure);
    r->head = (r->head + 1) % r->count;
    r->full--;
    pthread_cond_signal(&r->changed);
    pthread_mutex_unlock(&r->lock);
}
