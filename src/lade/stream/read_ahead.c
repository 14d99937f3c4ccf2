// SPDX-License-Identifier: Apache-2.0
/* read_ahead.c - a source that a thread of its own reads ahead. */
#include "lade/stream/read_ahead.h"

#include "lade/stream/ring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct read_ahead {
    struct byte_source from;
    struct ring ring; /* a piece that is not full is the last one */
    size_t used;      /* of the first piece; the reader's */
};

/* Fills the piece as far as the source goes; a source may give little at a time. */
static int fill(struct read_ahead *r, struct ring_piece *p, struct err *e)
{
    p->len = 0;
    while (p->len < r->ring.size) {
        ssize_t n = r->from.read(r->from.user, p->data + p->len, r->ring.size - p->len, e);

        if (n < 0)
            return (int)n;
        if (n == 0)
            break;
        p->len += (size_t)n;
    }
    return 0;
}

/* NULL: nobody wants more. */
static struct ring_piece *wait_for_room(struct ring *r)
{
    struct ring_piece *p;

    pthread_mutex_lock(&r->lock);
    while (r->full == r->count && !r->stop)
        pthread_cond_wait(&r->changed, &r->lock);
    p = r->stop ? NULL : ring_next(r);
    pthread_mutex_unlock(&r->lock);
    return p;
}

static void *run(void *data)
{
    struct read_ahead *r = data;
    struct ring_piece *p;
    bool more = true;

    while (more && (p = wait_for_room(&r->ring))) {
        struct err e;
        int rc = fill(r, p, &e);

        more = rc >= 0 && p->len == r->ring.size;
        ring_filled(&r->ring, rc < 0 ? &e : NULL);
    }
    return NULL;
}

int read_ahead_new(const struct byte_source *from, unsigned pieces, size_t size,
                   struct read_ahead **ret, struct err *e)
{
    auto_read_ahead *r = calloc(1, sizeof *r);

    if (!r)
        return err_os(e, ENOMEM, "read ahead");
    r->from = *from;
    TRY(ring_start(&r->ring, pieces, size, run, r, e));
    *ret = r;
    r = NULL;
    return 0;
}

void read_ahead_freep(struct read_ahead **r)
{
    if (*r)
        ring_done(&(*r)->ring);
    free(*r);
    *r = NULL;
}

/* The first piece, once it is there. What was read before an error comes first. */
static struct ring_piece *wait_for_piece(struct ring *r)
{
    struct ring_piece *p;

    pthread_mutex_lock(&r->lock);
    while (r->full == 0)
        pthread_cond_wait(&r->changed, &r->lock);
    p = &r->pieces[r->head];
    pthread_mutex_unlock(&r->lock);
    return p;
}

/* The last piece stays: the end and an error can be asked for again. */
static ssize_t read_next(void *user, void *buf, size_t size, struct err *e)
{
    struct read_ahead *r = user;
    struct ring_piece *p = wait_for_piece(&r->ring);
    size_t n;

    if (r->used == p->len) {
        if (!r->ring.failed)
            return 0;
        *e = r->ring.error;
        return -e->code;
    }
    n = p->len - r->used < size ? p->len - r->used : size;
    memcpy(buf, p->data + r->used, n);
    r->used += n;
    if (r->used == r->ring.size) {
        ring_emptied(&r->ring, NULL);
        r->used = 0;
    }
    return (ssize_t)n;
}

struct byte_source read_ahead_source(struct read_ahead *r)
{
    return (struct byte_source){ read_next, r };
}
