// SPDX-License-Identifier: Apache-2.0
/* bundle.c - a bundle on disk: its configuration parsed, its paths made absolute. */
#include "container/bundle.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { CONFIG_MAX = 16 << 20 };

void bundle_done(struct bundle *b)
{
    free(b->path);
    free(b->rootfs);
    free(b->text);
    spec_free(b->spec);
    *b = (struct bundle){ 0 };
}

/* Absolute without asking the disk what symlinks mean: the engine's word is kept as it is. */
static char *absolute(const char *dir)
{
    auto_free char *here = NULL;
    char *path = NULL;

    if (dir && dir[0] == '/')
        return strdup(dir);
    here = getcwd(NULL, 0);
    if (!here)
        return NULL;
    if (!dir || !dir[0] || !strcmp(dir, "."))
        return take_ptr(here);
    return asprintf(&path, "%s/%s", strcmp(here, "/") ? here : "", dir) < 0 ? NULL : path;
}

static int read_config(int dirfd, const char *name, struct bundle *b, struct err *e)
{
    TRY(file_read(dirfd, name, CONFIG_MAX, &b->text, &b->len, e));
    if (spec_parse(b->text, b->len, &b->spec, e) < 0)
        return err_wrap(e, "%s", name);
    return 0;
}

static int check_rootfs(int dirfd, struct bundle *b, struct err *e)
{
    const char *path = b->spec->root_path;
    struct stat st;

    if (path[0] == '/')
        b->rootfs = strdup(path);
    else if (asprintf(&b->rootfs, "%s/%s", b->path, path) < 0)
        b->rootfs = NULL;
    if (!b->rootfs)
        return err_os(e, ENOMEM, "root.path");
    if (fstatat(dirfd, path, &st, 0) < 0)
        return err_os(e, errno, "root.path '%s'", b->rootfs);
    if (!S_ISDIR(st.st_mode))
        return err_set(e, ERR_INVALID, "root.path '%s' is not a directory", b->rootfs);
    return 0;
}

int bundle_load(const char *dir, const char *config, struct bundle *ret, struct err *e)
{
    cleanup(bundle_done) struct bundle b = { .path = absolute(dir) };
    auto_fd dirfd = -EBADF;

    if (!b.path)
        return err_os(e, errno, "find the bundle");
    dirfd = open(b.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dirfd < 0)
        return err_os(e, errno, "open bundle '%s'", b.path);
    TRY(read_config(dirfd, config ? config : "config.json", &b, e));
    TRY(check_rootfs(dirfd, &b, e));
    *ret = b;
    b = (struct bundle){ 0 };
    return 0;
}

int bundle_load_copy(int dirfd, struct bundle *ret, struct err *e)
{
    cleanup(bundle_done) struct bundle b = { 0 };

    TRY(read_config(dirfd, "config.json", &b, e));
    *ret = b;
    b = (struct bundle){ 0 };
    return 0;
}
