// SPDX-License-Identifier: Apache-2.0
/* executable.c - the sealed executable that outer and init are, made once. */
#include "boot/boot.h"

#include "base/cleanup.h"
#include "base/executable.h"

#include <stdatomic.h>

extern const unsigned char davit_init_bytes[];
extern const size_t davit_init_size;

int boot_executable(int *ret_own, struct err *e)
{
    static _Atomic int made = -1; /* one per process: a shim starts many containers */
    int seen = atomic_load(&made), none = -1;
    auto_fd fd = -EBADF;

    if (seen >= 0)
        return seen;
    fd = executable_seal("davit-init", davit_init_bytes, davit_init_size, e);
    if (fd < 0)
        return fd;
    /* A container that got at it must not change what the next one starts with. */
    if (!executable_is_sealed(fd))
        return *ret_own = take_fd(&fd);
    /* Another thread may have been faster: its descriptor stays, ours is closed. */
    if (atomic_compare_exchange_strong(&made, &none, fd))
        return take_fd(&fd);
    return none;
}
