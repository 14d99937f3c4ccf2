// SPDX-License-Identifier: Apache-2.0
/* write_behind.c - a sink that a thread of its own hands on. */
#include "lade/stream/write_behind.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct piece {
    uint8_t *data;
    size_t len;
};

struct write_behind {
    struct byte_sink to;
    size_t size;
    pthread_t thread;
    bool started;

    /* Under the lock: pieces head .. head+full are filled, the next one is the writer's. */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned head, full, count;
    bool ended, stop, failed;
    struct err error; /* when failed */

    struct piece pieces[];
};

/* The first piece that is filled; NULL: there is nothing more to do. */
static struct piece *wait_for_work(struct write_behind *w)
{
    struct piece *p;

    pthread_mutex_lock(&w->lock);
    while (w->full == 0 && !w->ended && !w->stop)
        pthread_cond_wait(&w->changed, &w->lock);
    p = w->full == 0 || w->stop ? NULL : &w->pieces[w->head];
    pthread_mutex_unlock(&w->lock);
    return p;
}

static void *run(void *data)
{
    struct write_behind *w = data;
    struct piece *p;
    bool failed = false;

    while (!failed && (p = wait_for_work(w))) {
        struct err e;

        failed = w->to.write(w->to.user, p->data, p->len, &e) < 0;
        pthread_mutex_lock(&w->lock);
        if (failed) {
            w->failed = true;
            w->error = e;
        }
        p->len = 0;
        w->head = (w->head + 1) % w->count;
        w->full--;
        pthread_cond_signal(&w->changed);
        pthread_mutex_unlock(&w->lock);
    }
    return NULL;
}

int write_behind_new(const struct byte_sink *to, unsigned pieces, size_t size,
                     struct write_behind **ret, struct err *e)
{
    auto_write_behind *w = calloc(1, sizeof *w + pieces * sizeof w->pieces[0]);
    int rc;

    if (!w)
        return err_os(e, ENOMEM, "write behind");
    w->to = *to;
    w->size = size;
    w->count = pieces;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->changed, NULL);
    for (unsigned i = 0; i < pieces; i++) {
        w->pieces[i].data = malloc(size);
        if (!w->pieces[i].data)
            return err_os(e, ENOMEM, "write behind");
    }
    rc = pthread_create(&w->thread, NULL, run, w);
    if (rc != 0)
        return err_os(e, rc, "start a thread");
    w->started = true;
    *ret = w;
    w = NULL;
    return 0;
}

static void join(struct write_behind *w, bool stop)
{
    if (!w->started)
        return;
    pthread_mutex_lock(&w->lock);
    w->ended = true;
    w->stop = stop;
    pthread_cond_signal(&w->changed);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    w->started = false;
}

void write_behind_freep(struct write_behind **ptr)
{
    struct write_behind *w = *ptr;

    if (!w)
        return;
    join(w, true);
    for (unsigned i = 0; i < w->count; i++)
        free(w->pieces[i].data);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->lock);
    free(w);
    *ptr = NULL;
}

/* The piece that is being filled. */
static struct piece *wait_for_room(struct write_behind *w, struct err *e)
{
    struct piece *p = NULL;

    pthread_mutex_lock(&w->lock);
    while (w->full == w->count && !w->failed)
        pthread_cond_wait(&w->changed, &w->lock);
    if (w->failed)
        *e = w->error;
    else
        p = &w->pieces[(w->head + w->full) % w->count];
    pthread_mutex_unlock(&w->lock);
    return p;
}

static void hand_on(struct write_behind *w)
{
    pthread_mutex_lock(&w->lock);
    w->full++;
    pthread_cond_signal(&w->changed);
    pthread_mutex_unlock(&w->lock);
}

static int write_some(void *user, const void *data, size_t len, struct err *e)
{
    struct write_behind *w = user;
    const uint8_t *from = data;

    while (len > 0) {
        struct piece *p = wait_for_room(w, e);
        size_t n;

        if (!p)
            return -e->code;
        n = w->size - p->len < len ? w->size - p->len : len;
        memcpy(p->data + p->len, from, n);
        p->len += n;
        from += n;
        len -= n;
        if (p->len == w->size)
            hand_on(w);
    }
    return 0;
}

struct byte_sink write_behind_sink(struct write_behind *w)
{
    return (struct byte_sink){ write_some, w };
}

int write_behind_end(struct write_behind *w, struct err *e)
{
    struct piece *p = wait_for_room(w, e);

    if (!p)
        return -e->code;
    if (p->len > 0)
        hand_on(w);
    join(w, false);
    if (w->failed)
        *e = w->error;
    return w->failed ? -e->code : 0;
}
