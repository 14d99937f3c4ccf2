// SPDX-License-Identifier: Apache-2.0
/* memory.c - bytes in memory as a source. */
#include "lade/registry/memory.h"

#include <string.h>

static ssize_t read_memory(void *user, void *buf, size_t size, struct err *e)
{
    struct memory_source *m = user;
    size_t n = m->size - m->at < size ? m->size - m->at : size;

    if (n > 0)
        memcpy(buf, (const char *)m->data + m->at, n);
    m->at += n;
    return (ssize_t)n;
}

struct byte_source memory_source(struct memory_source *m)
{
    return (struct byte_source){ .read = read_memory, .user = m };
}

int memory_rewind(void *user, struct err *e)
{
    struct memory_source *m = user;

    m->at = 0;
    return 0;
}
