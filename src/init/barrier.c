// SPDX-License-Identifier: Apache-2.0
/* barrier.c - a created container sleeps here until `start` connects. */
#include "init/init.h"

#include <errno.h>
#include <sys/socket.h>

/* One `start`: 0 when it told us to go, a negative errno when it was no start at all. */
static int greet(int connection)
{
    struct barrier_packet packet;
    long n;

    do {
        n = sys_call(__NR_recvfrom, connection, (long)&packet, sizeof packet, 0, 0, 0);
    } while (n == -EINTR);
    if (n < 0)
        return (int)n;
    if (n < (long)(4 * sizeof(uint32_t)) || packet.magic != BARRIER_MAGIC)
        return -EPROTO;
    /* A later build's `start` may say more; what it says in version 1 it says in all of them. */
    return packet.message == BARRIER_START ? 0 : -EPROTO;
}

int row_barrier(struct init *in, struct err *e)
{
    SYS_5(__NR_prctl, 15 /* PR_SET_NAME */, "davit:created", 0, 0, 0);
    /* The record says "created": from here on our life is the container's, not the creator's. */
    bare_close(in->sync);
    in->sync = -1;
    for (;;) {
        long fd = SYS_4(__NR_accept4, in->grants.barrier_fd, NULL, NULL, SOCK_CLOEXEC);

        if (fd == -EINTR || fd == -ECONNABORTED)
            continue;
        if (fd < 0)
            return err_os(e, fd, "accept");
        if (greet((int)fd) == 0) {
            bare_close(in->grants.barrier_fd);
            in->grants.barrier_fd = -1;
            in->start = (int)fd;
            return 0;
        }
        /* A start that died before it spoke has not started anything. */
        bare_close((int)fd);
    }
}
