// SPDX-License-Identifier: Apache-2.0
/* fd_copy.c - bytes from one file to the same place in another. */
#include "lade/stream/fd_copy.h"

#include "base/err.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

enum { PIECE = 64 * 1024 };

static bool is_for_us(int code)
{
    return code == EXDEV || code == EINVAL || code == ENOSYS || code == EOPNOTSUPP;
}

static int write_at(int to, const char *data, size_t len, off_t at)
{
    while (len > 0) {
        ssize_t n = pwrite(to, data, len, at);

        if (n < 0 && errno != EINTR)
            return -errno;
        if (n < 0)
            continue;
        data += n;
        len -= (size_t)n;
        at += n;
    }
    return 0;
}

static int copy_by_hand(int from, int to, off_t at, off_t end)
{
    char piece[PIECE];

    while (at < end) {
        ssize_t n = pread(from, piece, end - at < PIECE ? (size_t)(end - at) : PIECE, at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : -EIO;
        TRY(write_at(to, piece, (size_t)n, at));
        at += n;
    }
    return 0;
}

int fd_copy(int from, int to, off_t at, off_t end)
{
    while (at < end) {
        loff_t in = at, out = at;
        ssize_t n = copy_file_range(from, &in, to, &out, (size_t)(end - at), 0);

        if (n < 0 && is_for_us(errno))
            return copy_by_hand(from, to, at, end);
        if (n <= 0)
            return n < 0 ? -errno : -EIO;
        at += n;
    }
    return 0;
}
