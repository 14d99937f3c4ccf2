// SPDX-License-Identifier: Apache-2.0
/* hand_over.c - what passes between an engine and us besides JSON: the pid file and descriptors. */
#include "container/hand_over.h"

#include "base/cleanup.h"
#include "base/file.h"

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

int hand_over_check_fds(unsigned count, struct err *e)
{
    if (count > PRESERVE_MAX)
        return err_set(e, ERR_INVALID, "--preserve-fds %u: at most %d", count, PRESERVE_MAX);
    for (unsigned fd = 3; fd < 3 + count; fd++)
        if (fcntl((int)fd, F_GETFD) < 0)
            return err_set(e, ERR_INVALID, "--preserve-fds %u: descriptor %u is not open", count,
                           fd);
    return 0;
}
