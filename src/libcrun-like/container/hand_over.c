// SPDX-License-Identifier: Apache-2.0
/* hand_over.c - what passes between an engine and us besides JSON: the pid file, the pidfd and
 * descriptors. */
#include "container/hand_over.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "container/stream.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

enum { PRESERVE_MAX = 4096 };

int hand_over_pid(const char *path, pid_t pid, struct err *e)
{
    char text[16];

    snprintf(text, sizeof text, "%d", pid);
    if (file_replace(AT_FDCWD, path, 0644, text, strlen(text), e) < 0)
        return err_wrap(e, "pid file");
    return 0;
}

const char *hand_over_pidfd_socket(const char *option, const struct spec *s)
{
    return option ? option : spec_annotation(s, "run.oci.pidfd_receiver");
}

int hand_over_pidfd(const char *path, int pidfd, struct err *e)
{
    /* One byte at least must go with a descriptor; a name, as peers have it. */
    static const char name[] = "pidfd";
    auto_fd sock = stream_connect(path);
    int rc;

    if (sock < 0)
        return err_os(e, sock, "connect to pidfd socket '%s'", path);
    rc = stream_send(sock, name, sizeof name - 1, pidfd);
    return rc < 0 ? err_os(e, rc, "send the pidfd to '%s'", path) : 0;
}

int hand_over_check_fds(unsigned listen, unsigned preserve, struct err *e)
{
    if (listen > PRESERVE_MAX)
        return err_set(e, ERR_INVALID, "LISTEN_FDS %u: at most %d", listen, PRESERVE_MAX);
    if (preserve > PRESERVE_MAX)
        return err_set(e, ERR_INVALID, "--preserve-fds %u: at most %d", preserve, PRESERVE_MAX);
    for (unsigned i = 0; i < listen + preserve; i++)
        if (fcntl((int)(3 + i), F_GETFD) < 0)
            return err_set(e, ERR_INVALID, "%s %u: descriptor %u is not open",
                           i < listen ? "LISTEN_FDS" : "--preserve-fds",
                           i < listen ? listen : preserve, 3 + i);
    return (int)(listen + preserve);
}
