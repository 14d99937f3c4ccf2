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

static int parse_config(struct bundle *b, const char *name, struct err *e)
{
    return spec_parse(b->text, b->len, &b->spec, e) < 0 ? err_wrap(e, "%s", name) : 0;
}

static int check_rootfs(struct bundle *b, struct err *e)
{
    const char *path = b->spec->root_path;
    struct stat st;

    if (path[0] == '/')
        b->rootfs = strdup(path);
    else if (asprintf(&b->rootfs, "%s/%s", b->path, path) < 0)
        b->rootfs = NULL;
    if (!b->rootfs)
        return err_os(e, ENOMEM, "root.path");
    if (stat(b->rootfs, &st) < 0)
        return err_os(e, errno, "root.path '%s'", b->rootfs);
    if (!S_ISDIR(st.st_mode))
        return err_set(e, ERR_INVALID, "root.path '%s' is not a directory", b->rootfs);
    return 0;
}

int bundle_read(const char *dir, const char *config, struct bundle *ret, struct err *e)
{
    cleanup(bundle_done) struct bundle b = { .path = absolute(dir),
                                             .config = config ? config : "config.json" };
    auto_fd dirfd = -EBADF;

    if (!b.path)
        return err_os(e, errno, "find the bundle");
    dirfd = open(b.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dirfd < 0)
        return err_os(e, errno, "open bundle '%s'", b.path);
    TRY(file_read(dirfd, b.config, CONFIG_MAX, &b.text, &b.len, e));
    *ret = b;
    b = (struct bundle){ 0 };
    return 0;
}

int bundle_parse(struct bundle *b, struct err *e)
{
    TRY(parse_config(b, b->config, e));
    return check_rootfs(b, e);
}

int bundle_load_copy(int dirfd, struct bundle *ret, struct err *e)
{
    cleanup(bundle_done) struct bundle b = { 0 };

    TRY(file_read(dirfd, "config.json", CONFIG_MAX, &b.text, &b.len, e));
    TRY(parse_config(&b, "config.json", e));
    *ret = b;
    b = (struct bundle){ 0 };
    return 0;
}
