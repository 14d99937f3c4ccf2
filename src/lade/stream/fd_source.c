// SPDX-License-Identifier: Apache-2.0
/* fd_source.c - a descriptor as a source of bytes. */
#include "lade/stream/fd_source.h"

#include <errno.h>
#include <unistd.h>

static ssize_t read_fd(void *user, void *buf, size_t size, struct err *e)
{
    ssize_t n;

    do {
        n = read(*(const int *)user, buf, size);
    } while (n < 0 && errno == EINTR);
    return n < 0 ? err_os(e, errno, "read") : n;
}

struct byte_source fd_source(const int *fd)
{
    return (struct byte_source){ read_fd, (void *)fd };
}
