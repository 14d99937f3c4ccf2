// SPDX-License-Identifier: Apache-2.0
/* output.c - files for what hooks write, by annotation as crun has it. */
#include "hooks/output.h"

#include "base/cleanup.h"

#include <fcntl.h>

static int open_file(const struct spec *s, const char *key, int *ret, struct err *e)
{
    const char *path = spec_annotation(s, key);
    auto_fd fd = -EBADF;
    int flags;

    *ret = -1;
    if (!path)
        return 0;
    if (path[0] != '/')
        return err_set(e, ERR_INVALID, "annotations['%s'] must be an absolute path, not '%.*s'",
                       key, 80, path);
    fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK | O_CLOEXEC,
              0600);
    if (fd < 0)
        return err_os(e, errno, "annotations['%s']: open '%s'", key, path);
    flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0)
        return err_os(e, errno, "annotations['%s']: '%s'", key, path);
    /* Not where the hook's own standard streams go. */
    *ret = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    return *ret < 0 ? err_os(e, errno, "annotations['%s']: '%s'", key, path) : 0;
}

int hook_output_open(const struct spec *s, struct hook_output *ret, struct err *e)
{
    *ret = (struct hook_output){ -1, -1 };
    TRY(open_file(s, "run.oci.hooks.stdout", &ret->out, e));
    if (open_file(s, "run.oci.hooks.stderr", &ret->err, e) == 0)
        return 0;
    hook_output_done(ret);
    return -e->code;
}

void hook_output_done(struct hook_output *o)
{
    cleanup_fd(&o->out);
    cleanup_fd(&o->err);
}
