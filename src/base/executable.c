// SPDX-License-Identifier: Apache-2.0
/* executable.c - a program that we carry as bytes, in a memfd that nobody can change (P9). */
#include "base/executable.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/sys.h"

#include <fcntl.h>
#include <sys/mman.h>

static int make_memfd(const char *name, struct err *e)
{
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);

    if (fd < 0 && errno == EINVAL) /* before Linux 6.3 every memfd was executable */
        fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
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

int executable_seal(const char *name, const void *bytes, size_t size, struct err *e)
{
    auto_fd fd = make_memfd(name, e);
    int rc;

    if (fd < 0)
        return fd;
    rc = write_all(fd, bytes, size);
    if (rc < 0)
        return err_os(e, rc, "write the executable");
    TRY(seal(fd, e));
    return take_fd(&fd);
}
