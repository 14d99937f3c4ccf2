// SPDX-License-Identifier: Apache-2.0
/* gate.c - waiting for a host that asked for it. */
#include "lade/registry/gate.h"

#include <time.h>

/* How soon a waiting thread notices that it was cancelled. */
enum { STEP_MS = 50 };

void gate_init(struct gate *g)
{
    pthread_mutex_init(&g->lock, NULL);
    g->opens = 0;
}

int64_t monotonic_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000) + t.tv_nsec / 1000000;
}

void gate_close(struct gate *g, uint64_t milliseconds)
{
    int64_t opens = monotonic_ms() + (int64_t)milliseconds;

    pthread_mutex_lock(&g->lock);
    if (opens > g->opens)
        g->opens = opens;
    pthread_mutex_unlock(&g->lock);
}

static int64_t opening(struct gate *g)
{
    int64_t opens;

    pthread_mutex_lock(&g->lock);
    opens = g->opens;
    pthread_mutex_unlock(&g->lock);
    return opens;
}

bool gate_wait(struct gate *g, const atomic_bool *cancelled)
{
    int64_t left;

    while ((left = opening(g) - monotonic_ms()) > 0)
        if (!pause_ms(left < STEP_MS ? (uint64_t)left : STEP_MS, cancelled))
            return false;
    return !cancelled || !atomic_load(cancelled);
}

bool pause_ms(uint64_t milliseconds, const atomic_bool *cancelled)
{
    while (milliseconds > 0 && !(cancelled && atomic_load(cancelled))) {
        uint64_t step = milliseconds < STEP_MS ? milliseconds : STEP_MS;
        struct timespec t = { .tv_nsec = (long)step * 1000000 };

        nanosleep(&t, NULL);
        milliseconds -= step;
    }
    return milliseconds == 0;
}

uint64_t gate_delay(unsigned n)
{
    uint64_t delay = (uint64_t)GATE_FIRST_MS << (n < 8 ? n : 8);

    return delay < GATE_LONGEST_MS ? delay : GATE_LONGEST_MS;
}
