// SPDX-License-Identifier: Apache-2.0
/* write_behind.c - a sink that a thread of its own hands on. */
#include "lade/stream/write_behind.h"

#include "lade/stream/ring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct write_behind {
    struct byte_sink to;
    struct ring ring;
    bool ended; /* under the ring's lock: nothing more is filled */
};

/* The first piece that is filled; NULL: there is nothing more to do. */
static struct ring_piece *wait_for_work(struct write_behind *w)
{
    struct ring *r = &w->ring;
    struct ring_piece *p;

    pthread_mutex_lock(&r->lock);
    while (r->full == 0 && !w->ended && !r->stop)
        pthread_cond_wait(&r->changed, &r->lock);
    p = r->full == 0 || r->stop ? NULL : &r->pieces[r->head];
    pthread_mutex_unlock(&r->lock);
    return p;
}

static void *run(void *data)
{
    struct write_behind *w = data;
    struct ring_piece *p;
    bool failed = false;

    while (!failed && (p = wait_for_work(w))) {
        struct err e;

        failed = w->to.write(w->to.user, p->data, p->len, &e) < 0;
        p->len = 0;
        ring_emptied(&w->ring, failed ? &e : NULL);
    }
    return NULL;
}

int write_behind_new(const struct byte_sink *to, unsigned pieces, size_t size,
                     struct write_behind **ret, struct err *e)
{
    auto_write_behind *w = calloc(1, sizeof *w);

    if (!w)
        return err_os(e, ENOMEM, "write behind");
    w->to = *to;
    TRY(ring_start(&w->ring, pieces, size, run, w, e));
    *ret = w;
    w = NULL;
    return 0;
}

void write_behind_freep(struct write_behind **w)
{
    if (*w)
        ring_done(&(*w)->ring);
    free(*w);
    *w = NULL;
}

/* The piece that is being filled; NULL with *e filled when the thread has failed. */
static struct ring_piece *wait_for_room(struct ring *r, struct err *e)
{
    struct ring_piece *p = NULL;

    pthread_mutex_lock(&r->lock);
    while (r->full == r->count && !r->failed)
        pthread_cond_wait(&r->changed, &r->lock);
    if (r->failed)
        *e = r->error;
    else
        p = ring_next(r);
    pthread_mutex_unlock(&r->lock);
    return p;
}

static int write_some(void *user, const void *data, size_t len, struct err *e)
{
    struct write_behind *w = user;
    const uint8_t *from = data;

    while (len > 0) {
        struct ring_piece *p = wait_for_room(&w->ring, e);
        size_t n;

        if (!p)
            return -e->code;
        n = w->ring.size - p->len < len ? w->ring.size - p->len : len;
        memcpy(p->data + p->len, from, n);
        p->len += n;
        from += n;
        len -= n;
        if (p->len == w->ring.size)
            ring_filled(&w->ring, NULL);
    }
    return 0;
}

struct byte_sink write_behind_sink(struct write_behind *w)
{
    return (struct byte_sink){ write_some, w };
}

int write_behind_end(struct write_behind *w, struct err *e)
{
    struct ring_piece *p = wait_for_room(&w->ring, e);

    if (!p)
        return -e->code;
    if (p->len > 0)
        ring_filled(&w->ring, NULL);
    ring_end(&w->ring, &w->ended);
    if (w->ring.failed)
        *e = w->ring.error;
    return w->ring.failed ? -e->code : 0;
}
