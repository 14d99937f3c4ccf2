// SPDX-License-Identifier: Apache-2.0
/* overlay.c - layers on top of one another by overlayfs. */
#include "lade/bundle/overlay.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "lade/user/own_ids.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

enum { DATA_MAX = 4096 };

/* mount(2) takes one page of options, so directories are named by their descriptors, which are
 * short, whatever the store's path is. The first of lowerdir is the topmost. */
static void add_options(struct buf *b, const struct overlay *o)
{
    buf_puts(b, "lowerdir=");
    for (size_t i = o->count; i > 0; i--)
        buf_printf(b, "%s/proc/self/fd/%d", i < o->count ? ":" : "", o->layers[i - 1]);
    if (o->upper >= 0)
        buf_printf(b, ",upperdir=/proc/self/fd/%d,workdir=/proc/self/fd/%d", o->upper, o->work);
    if (own_ids_are_some())
        buf_puts(b, ",userxattr");
}

int overlay_mount(const struct overlay *o, const char *target, struct err *e)
{
    auto_buf options = { 0 };

    add_options(&options, o);
    if (buf_failed(&options))
        return err_os(e, ENOMEM, "mount an overlay");
    if (options.len >= DATA_MAX)
        return err_set(e, ERR_UNSUPPORTED, "mount an overlay of %zu layers: too many", o->count);
    if (mount("lade", target, "overlay", 0, options.data) < 0)
        return err_os(e, errno, "mount an overlay at '%s'", target);
    return 0;
}

int overlay_view(const struct overlay *o, const char *scratch, struct err *e)
{
    int fd;

    TRY(overlay_mount(o, scratch, e));
    fd = open(scratch, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        err_os(e, errno, "open '%s'", scratch);
    if (umount2(scratch, MNT_DETACH) < 0 && fd >= 0) {
        close(fd);
        return err_os(e, errno, "unmount '%s'", scratch);
    }
    return fd < 0 ? -e->code : fd;
}

int scratch_make(struct scratch *s, struct err *e)
{
    struct scratch made = { "/tmp/lade-XXXXXX" };

    if (!mkdtemp(made.path))
        return err_os(e, errno, "make a directory in /tmp");
    *s = made;
    return 0;
}

void scratch_remove(struct scratch *s)
{
    if (s->path[0])
        rmdir(s->path);
}
