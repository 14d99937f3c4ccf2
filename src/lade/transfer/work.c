// SPDX-License-Identifier: Apache-2.0
/* work.c - a few threads that take one thing after the other. */
#include "lade/transfer/work.h"

#include "base/cleanup.h"
#include "lade/stream/room.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { JOBS_USUAL = 3, JOBS_MAX = 16 };

struct crew {
    const struct work *work;
    atomic_size_t next;
    pthread_mutex_t lock;
    struct err first; /* code 0: none has failed */
};

unsigned work_jobs(void)
{
    return room_is_small() ? 1 : JOBS_USUAL;
}

static void note_failure(struct crew *c, const struct err *e)
{
    pthread_mutex_lock(&c->lock);
    if (!c->first.code)
        c->first = *e;
    pthread_mutex_unlock(&c->lock);
    atomic_store(c->work->stopped, true);
}

static void *run(void *user)
{
    struct crew *c = user;
    size_t n;

    while (!atomic_load(c->work->stopped) && (n = atomic_fetch_add(&c->next, 1)) < c->work->count) {
        struct err e = { 0 };

        if (c->work->each(c->work->user, n, &e) < 0)
            note_failure(c, &e);
    }
    return NULL;
}

/* The caller's own thread takes part, so that without a second one it goes on alone. */
static size_t start(struct crew *c, size_t wanted, pthread_t *threads)
{
    sigset_t all, before;
    size_t n = 0;

    /* Signals are for the main thread. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (n < wanted && pthread_create(&threads[n], NULL, run, c) == 0)
        n++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return n;
}

int work_do(const struct work *w, struct err *e)
{
    struct crew c = { .work = w };
    unsigned jobs = w->jobs ? w->jobs : work_jobs();
    pthread_t threads[JOBS_MAX];
    size_t started;

    pthread_mutex_init(&c.lock, NULL);
    jobs = jobs > JOBS_MAX ? JOBS_MAX : jobs;
    if (jobs > w->count)
        jobs = (unsigned)w->count;
    started = start(&c, jobs > 1 ? jobs - 1 : 0, threads);
    run(&c);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    pthread_mutex_destroy(&c.lock);
    if (c.first.code) {
        *e = c.first;
        return -e->code;
    }
    /* Stopped by somebody else: not all of it is done. */
    return atomic_load(&c.next) < w->count ? err_os(e, ECANCELED, "go on") : 0;
}
