// SPDX-License-Identifier: Apache-2.0
/* view.c - an image's files as one tree that can only be read. */
#include "lade/bundle/view.h"

#include "base/cleanup.h"
#include "lade/bundle/overlay.h"

#include <sys/mount.h>

/* overlayfs wants two layers at least when nothing is on top. */
static int mount_single(int layer, const char *target, struct err *e)
{
    char source[40];

    snprintf(source, sizeof source, "/proc/self/fd/%d", layer);
    if (mount(source, target, NULL, MS_BIND, NULL) < 0)
        return err_os(e, errno, "mount at '%s'", target);
    if (mount(NULL, target, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL) <
        0) {
        err_os(e, errno, "make '%s' read-only", target);
        umount2(target, MNT_DETACH);
        return -e->code;
    }
    return 0;
}

int view_mount(const struct layers *layers, const char *target, struct err *e)
{
    struct overlay o = {
        .layers = layers->dirs, .count = layers->count, .upper = -EBADF, .work = -EBADF
    };

    if (layers->count == 0)
        return err_set(e, ERR_UNSUPPORTED, "the image has no layers to mount");
    return layers->count == 1 ? mount_single(layers->dirs[0], target, e)
                              : overlay_mount(&o, target, e);
}

int view_open(struct store *s, const struct image *image, struct report *report, struct err *e)
{
    cleanup(scratch_remove) struct scratch scratch = { 0 };
    const struct layers_source from = {
        .store = s, .image = image, .scratch = scratch.path, .report = report
    };
    auto_layers *layers = NULL;
    struct overlay o = { .upper = -EBADF, .work = -EBADF };
    int fd;

    TRY(scratch_make(&scratch, e));
    TRY(layers_open(&from, &layers, e));
    if (layers->count == 0)
        return err_set(e, ERR_UNSUPPORTED, "the image has no layers");
    o.layers = layers->dirs;
    o.count = layers->count;
    if (layers->count > 1)
        return overlay_view(&o, scratch.path, e);
    fd = dup(layers->dirs[0]);
    return fd < 0 ? err_os(e, errno, "open a layer") : fd;
}
