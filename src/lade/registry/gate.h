// SPDX-License-Identifier: Apache-2.0
/* gate.h - one host's "not now": all threads wait when one was told to (429, 503). */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    GATE_TRIES = 5,
    GATE_FIRST_MS = 2000,
    GATE_LONGEST_MS = 60000,
    GATE_PATIENCE_MS = 300000 /* a server that wants more than that is to be asked another day */
};

struct gate {
    pthread_mutex_t lock;
    int64_t opens; /* monotonic milliseconds */
};

void gate_init(struct gate *g);

/* Milliseconds of a clock that nobody sets. */
int64_t monotonic_ms(void);

/* Closed for so long from now, if it isn't for longer already. */
void gate_close(struct gate *g, uint64_t milliseconds);

/* Until it is open. False when cancelled (may be NULL) became true before. */
bool gate_wait(struct gate *g, const atomic_bool *cancelled);

/* The same for a mere pause. */
bool pause_ms(uint64_t milliseconds, const atomic_bool *cancelled);

/* How long to wait before try number n (from 0) when the server doesn't say. */
uint64_t gate_delay(unsigned n);
