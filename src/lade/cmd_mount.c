// SPDX-License-Identifier: Apache-2.0
/* cmd_mount.c - lade mount and umount: an image's files to look at. */
#include "lade/commands.h"

#include "base/cleanup.h"
#include "lade/bundle/make.h"

struct mount_values {
    const char *platform;
};

#define OPTION_VALUES struct mount_values

static const struct option mount_options[] = {
    TEXT(NULL, "platform", "OS/ARCH[/VARIANT]", platform, "of an image for several"),
    { 0 },
};

static const struct option umount_options[] = { { 0 } };

static int mount_run(struct cli *cli, const void *data, struct err *e)
{
    const struct mount_values *v = data;
    auto_store *store = NULL;

    if (geteuid() != 0)
        return err_set(e, ERR_UNSUPPORTED,
                       "what a plain user mounts ends with lade: be root of a user namespace "
                       "('unshare -rm'), or see lade-export(1)");
    TRY(cli_open_store(cli, STORE_WRITE, &store, e));
    return bundle_mount_image(store, cli->args[0], v->platform, cli->args[1], cli->report, e);
}

static int umount_run(struct cli *cli, const void *data, struct err *e)
{
    auto_store *store = NULL;

    TRY(cli_open_store(cli, STORE_WRITE, &store, e));
    return bundle_umount_image(store, cli->args[0], e);
}

const struct cli_command cmd_mount = {
    .name = "mount",
    .args = "IMAGE DIR",
    .summary = "mount an image's files read-only",
    .options = mount_options,
    .values_size = sizeof(struct mount_values),
    .min_args = 2,
    .max_args = 2,
    .run = mount_run,
};

const struct cli_command cmd_umount = {
    .name = "umount",
    .args = "DIR",
    .summary = "unmount what 'lade mount' has mounted",
    .options = umount_options,
    .min_args = 1,
    .max_args = 1,
    .run = umount_run,
};
