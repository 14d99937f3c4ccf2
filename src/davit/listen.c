// SPDX-License-Identifier: Apache-2.0
/* listen.c - socket activation: sockets that systemd or an engine opened for the container. */
#include "davit/cli.h"
#include "davit/error.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LISTEN_MAX = 4096 };

/* sd_listen_fds(3): the variables may be a parent's that were inherited. Not saying whom they are
 * for is how people set them by hand. */
static bool is_for_us(const char *pid)
{
    char *end;

    return !pid || (strtol(pid, &end, 10) == getpid() && !*end);
}

int listen_read(unsigned *ret_fds, const char **ret_names, struct davit_error *e)
{
    const char *count = getenv("LISTEN_FDS"), *names = getenv("LISTEN_FDNAMES");
    unsigned long n;

    if (!count || !*count || !is_for_us(getenv("LISTEN_PID")))
        return 0;
    n = strtoul(count, NULL, 10);
    if (count[strspn(count, "0123456789")] || n > LISTEN_MAX)
        return error_set(e, DAVIT_ERROR_INVALID, "LISTEN_FDS '%s' is not a number up to %d", count,
                         LISTEN_MAX);
    *ret_fds = (unsigned)n;
    *ret_names = n && names && *names ? names : NULL;
    return 0;
}
