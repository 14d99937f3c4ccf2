// SPDX-License-Identifier: Apache-2.0
/* executable.c - the sealed executable's bytes in a memfd that nobody can change (P9). */
#include "boot/boot.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/sys.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <sys/mman.h>

extern const unsigned char davit_init_bytes[];
extern const size_t davit_init_size;

static int make_memfd(struct err *e)
{
    int fd = memfd_create("davit-init", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);

    if (fd < 0 && errno == EINVAL) /* before Linux 6.3 every memfd was executable */
        fd = memfd_create("davit-init", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return err_os(e, errno, "memfd_create%s",
                      errno == EACCES ? " (vm.memfd_noexec=2 forbids executable memfds)" : "");
    return fd;
}

static int seal(int fd, struct err *e)
{
    const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

    if (fcntl(fd, F_ADD_SEALS, seals | F_SEAL_EXEC) == 0)
        return 0;
    /* F_SEAL_EXEC came with 6.3; what must hold is that the bytes can't change. */
    if (errno == EINVAL && fcntl(fd, F_ADD_SEALS, seals) == 0)
        return 0;
    return err_os(e, errno, "seal the executable");
}

int boot_executable(struct err *e)
{
    static _Atomic int made = -1; /* one per process: a shim starts many containers */
    int seen = atomic_load(&made), none = -1;
    auto_fd fd = -EBADF;
    int rc;

    if (seen >= 0)
        return seen;
    fd = make_memfd(e);
    if (fd < 0)
        return fd;
    rc = write_all(fd, davit_init_bytes, davit_init_size);
    if (rc < 0)
        return err_os(e, rc, "write the executable");
    TRY(seal(fd, e));
    /* Another thread may have been faster: its descriptor stays, ours is closed. */
    if (atomic_compare_exchange_strong(&made, &none, fd))
        return take_fd(&fd);
    return none;
}
