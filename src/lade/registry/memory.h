// SPDX-License-Identifier: Apache-2.0
/* memory.h - bytes in memory as a source. */
#pragma once

#include "lade/stream/stream.h"

struct memory_source {
    const void *data; /* borrowed */
    size_t size, at;
};

/* The source's user is m. */
struct byte_source memory_source(struct memory_source *m);

/* From the beginning again; user is a struct memory_source. Cannot fail. */
int memory_rewind(void *user, struct err *e);
