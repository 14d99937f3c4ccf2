// SPDX-License-Identifier: Apache-2.0
/* read_ahead.c - a source that a thread of its own reads ahead. */
#include "lade/stream/read_ahead.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct piece {
    uint8_t *data;
    size_t len; /* 0: the stream has ended */
};

struct read_ahead {
    struct byte_source from;
    size_t size;
    pthread_t thread;
    bool started;

    /* Under the lock: pieces head .. head+full are filled, the next one is the thread's. */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned head, full, count;
    bool stop, failed;
    struct err error; /* when failed */

    size_t used; /* of the first piece; the reader's */
    struct piece pieces[];
};

/* Fills the piece as far as the source goes; a source may give little at a time. */
static int fill(struct read_ahead *r, struct piece *p, struct err *e)
{
    p->len = 0;
    while (p->len < r->size) {
        ssize_t n = r->from.read(r->from.user, p->data + p->len, r->size - p->len, e);

        if (n < 0)
            return (int)n;
        if (n == 0)
            break;
        p->len += (size_t)n;
    }
    return 0;
}

static bool wait_for_room(struct read_ahead *r, struct piece **ret)
{
    bool go;

    pthread_mutex_lock(&r->lock);
    while (r->full == r->count && !r->stop)
        pthread_cond_wait(&r->changed, &r->lock);
    *ret = &r->pieces[(r->head + r->full) % r->count];
    go = !r->stop;
    pthread_mutex_unlock(&r->lock);
    return go;
}

static void *run(void *data)
{
    struct read_ahead *r = data;
    bool more = true;
    struct piece *p;

    while (more && wait_for_room(r, &p)) {
        struct err e;
        int rc = fill(r, p, &e);

        more = rc >= 0 && p->len == r->size; /* a short piece is the last one */
        pthread_mutex_lock(&r->lock);
        if (rc < 0) {
            r->failed = true;
            r->error = e;
        }
        r->full++;
        pthread_cond_signal(&r->changed);
        pthread_mutex_unlock(&r->lock);
    }
    return NULL;
}

int read_ahead_new(const struct byte_source *from, unsigned pieces, size_t size,
                   struct read_ahead **ret, struct err *e)
{
    auto_read_ahead *r = calloc(1, sizeof *r + pieces * sizeof r->pieces[0]);
    int rc;

    if (!r)
        return err_os(e, ENOMEM, "read ahead");
    r->from = *from;
    r->size = size;
    r->count = pieces;
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->changed, NULL);
    for (unsigned i = 0; i < pieces; i++) {
        r->pieces[i].data = malloc(size);
        if (!r->pieces[i].data)
            return err_os(e, ENOMEM, "read ahead");
    }
    rc = pthread_create(&r->thread, NULL, run, r);
    if (rc != 0)
        return err_os(e, rc, "start a thread");
    r->started = true;
    *ret = r;
    r = NULL;
    return 0;
}

void read_ahead_freep(struct read_ahead **ptr)
{
    struct read_ahead *r = *ptr;

    if (!r)
        return;
    if (r->started) {
        pthread_mutex_lock(&r->lock);
        r->stop = true;
        pthread_cond_signal(&r->changed);
        pthread_mutex_unlock(&r->lock);
        pthread_join(r->thread, NULL);
    }
    for (unsigned i = 0; i < r->count; i++)
        free(r->pieces[i].data);
    pthread_cond_destroy(&r->changed);
    pthread_mutex_destroy(&r->lock);
    free(r);
    *ptr = NULL;
}

/* The first piece, once it is there. What was read before an error comes first. */
static struct piece *wait_for_piece(struct read_ahead *r)
{
    struct piece *p;

    pthread_mutex_lock(&r->lock);
    while (r->full == 0)
        pthread_cond_wait(&r->changed, &r->lock);
    p = &r->pieces[r->head];
    pthread_mutex_unlock(&r->lock);
    return p;
}

static void give_back(struct read_ahead *r)
{
    pthread_mutex_lock(&r->lock);
    r->head = (r->head + 1) % r->count;
    r->full--;
    pthread_cond_signal(&r->changed);
    pthread_mutex_unlock(&r->lock);
    r->used = 0;
}

/* The last piece stays: the end and an error can be asked for again. */
static ssize_t read_next(void *user, void *buf, size_t size, struct err *e)
{
    struct read_ahead *r = user;
    struct piece *p = wait_for_piece(r);
    size_t n;

    if (r->used == p->len) {
        if (!r->failed)
            return 0;
        *e = r->error;
        return -e->code;
    }
    n = p->len - r->used < size ? p->len - r->used : size;
    memcpy(buf, p->data + r->used, n);
    r->used += n;
    if (r->used == p->len && p->len == r->size)
        give_back(r);
    return (ssize_t)n;
}

struct byte_source read_ahead_source(struct read_ahead *r)
{
    return (struct byte_source){ read_next, r };
}
