// SPDX-License-Identifier: Apache-2.0
/* tally.h - a source or sink that counts and hashes what passes through it. */
#pragma once

#include "lade/name/digest.h"
#include "lade/stream/stream.h"

#include <stdint.h>

struct tally {
    struct byte_source from; /* of tally_source() */
    struct byte_sink to;     /* of tally_sink() */
    struct hasher *hasher;   /* NULL: only counted */
    uint64_t count;          /* bytes so far */
};

/* hasher is not taken over. */
struct byte_source tally_source(struct tally *t);
struct byte_sink tally_sink(struct tally *t);

/* Read and throw away what is left, so that all of it is counted and hashed. */
int stream_drain(const struct byte_source *from, struct err *e);
