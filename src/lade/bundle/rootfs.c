// SPDX-License-Identifier: Apache-2.0
/* rootfs.c - a container's root directory, made of an image's layers. */
#include "lade/bundle/rootfs.h"

#include "base/cleanup.h"
#include "lade/bundle/overlay.h"
#include "lade/bundle/tree_copy.h"
#include "lade/layer/remove.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OPEN_DIR = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

const char *rootfs_mode_name(enum rootfs_mode mode)
{
    static const char *const names[] = { "auto", "overlay", "reflink", "copy" };

    return names[mode];
}

/* "BUNDLE/NAME", malloc'd. */
static int join(const char *bundle, const char *name, char **ret, struct err *e)
{
    return asprintf(ret, "%s/%s", bundle, name) < 0 ? err_os(e, ENOMEM, "make a bundle") : 0;
}

static int make_dir(int dir, const char *name, struct err *e)
{
    int fd;

    if (mkdirat(dir, name, 0755) < 0 && errno != EEXIST)
        return err_os(e, errno, "create '%s'", name);
    fd = openat(dir, name, OPEN_DIR);
    return fd < 0 ? err_os(e, errno, "open '%s'", name) : fd;
}

static int mount_rootfs(const char *bundle, int dir, const struct layers *layers, struct err *e)
{
    auto_free char *target = NULL;
    auto_fd upper = make_dir(dir, "upper", e);
    auto_fd work = upper < 0 ? -EBADF : make_dir(dir, "work", e);
    struct overlay o = {
        .layers = layers->dirs, .count = layers->count, .upper = upper, .work = work
    };

    if (upper < 0 || work < 0)
        return -e->code;
    TRY(join(bundle, "rootfs", &target, e));
    return overlay_mount(&o, target, e);
}

static int open_layers(const struct rootfs_request *r, const char *scratch, struct rootfs *to,
                       struct err *e)
{
    const struct layers_source from = {
        .store = r->store, .image = r->image, .scratch = scratch, .report = r->report
    };

    return layers_open(&from, &to->layers, e);
}

static int make_overlay(const struct rootfs_request *r, struct rootfs *to, struct err *e)
{
    auto_free char *scratch = NULL;

    if (r->image->manifest->layer_count == 0)
        return err_set(e, ERR_UNSUPPORTED, "the image has no layers to mount");
    TRY(join(r->bundle, "rootfs", &scratch, e));
    TRY(open_layers(r, scratch, to, e));
    return mount_rootfs(r->bundle, r->dir, to->layers, e);
}

/* Can files of the store share their content with those of the bundle? */
static bool can_share(const struct rootfs_request *r)
{
    auto_fd from =
        openat(store_directory(r->store), "oci-layout", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    auto_fd to = openat(r->dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    return from >= 0 && to >= 0 && ioctl(to, FICLONE, from) == 0;
}

static int make_reflink(const struct rootfs_request *r, int root, struct rootfs *to, struct err *e)
{
    auto_free char *scratch = NULL;

    if (!can_share(r))
        return err_set(e, ERR_UNSUPPORTED, "files can't be shared between the store and '%s'",
                       r->bundle);
    TRY(join(r->bundle, "rootfs", &scratch, e));
    TRY(open_layers(r, scratch, to, e));
    for (size_t i = 0; i < to->layers->count; i++) {
        auto_fd from = openat(to->layers->dirs[i], ".", OPEN_DIR);
        struct tree_copy copy = { .from = from, .to = root, .layer = true };

        if (from < 0)
            return err_os(e, errno, "open a layer");
        TRY(tree_copy(&copy, e));
    }
    layers_freep(&to->layers); /* not in use any more */
    return 0;
}

static int make_in_mode(const struct rootfs_request *r, enum rootfs_mode mode, struct rootfs *to,
                        struct err *e)
{
    auto_fd root = openat(r->dir, "rootfs", OPEN_DIR);

    if (root < 0)
        return err_os(e, errno, "open 'rootfs'");
    if (mode == ROOTFS_OVERLAY && r->no_mounts)
        return err_set(e, ERR_UNSUPPORTED, "what a plain user mounts ends with lade");
    to->mode = mode;
    if (mode == ROOTFS_OVERLAY)
        return make_overlay(r, to, e);
    return mode == ROOTFS_REFLINK ? make_reflink(r, root, to, e)
                                  : layers_apply(r->store, r->image, root, r->report, e);
}

/* Whether a failure says that the host can't do a mode, rather than that the image is bad. */
static bool is_host_s(const struct err *e)
{
    return e->kind == ERR_UNSUPPORTED ||
           (e->kind == ERR_OS &&
            (e->code == EPERM || e->code == EINVAL || e->code == ENODEV || e->code == EACCES));
}

static int make_best(const struct rootfs_request *r, struct rootfs *to, struct err *e)
{
    for (int mode = ROOTFS_OVERLAY; mode < ROOTFS_COPY; mode++) {
        auto_fd root = -EBADF;
        char why[ERR_TEXT_MAX];

        if (make_in_mode(r, (enum rootfs_mode)mode, to, e) >= 0)
            return 0;
        if (!is_host_s(e))
            return -e->code;
        err_format(e, why, sizeof why);
        report_debug(r->report, "no %s: %s", rootfs_mode_name((enum rootfs_mode)mode), why);
        rootfs_done(to);
        root = openat(r->dir, "rootfs", OPEN_DIR);
        if (root < 0)
            return err_os(e, errno, "open 'rootfs'");
        TRY(remove_children(root, NULL, e));
    }
    return make_in_mode(r, ROOTFS_COPY, to, e);
}

int rootfs_make(const struct rootfs_request *r, struct rootfs *ret, struct err *e)
{
    *ret = (struct rootfs){ 0 };
    return r->mode == ROOTFS_AUTO ? make_best(r, ret, e) : make_in_mode(r, r->mode, ret, e);
}

void rootfs_done(struct rootfs *r)
{
    layers_freep(&r->layers);
}

int rootfs_remove(const char *bundle, int dir, struct err *e)
{
    static const char *const names[] = { "rootfs", "upper", "work" };
    auto_free char *target = NULL;

    TRY(join(bundle, "rootfs", &target, e));
    /* Not a mount point, or not there: nothing to take down. */
    if (umount2(target, MNT_DETACH | UMOUNT_NOFOLLOW) < 0 && errno != EINVAL && errno != ENOENT &&
        errno != EPERM)
        return err_os(e, errno, "unmount '%s'", target);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        TRY(remove_name(dir, names[i], NULL, e));
    return 0;
}
