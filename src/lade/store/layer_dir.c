// SPDX-License-Identifier: Apache-2.0
/*
 * layer_dir.c - unpacked layers.
 *
 * Unpacked into a temporary below partial/, under the flock of partial/layer-…, then renamed. What
 * a killed lade has left there is removed by gc, or goes with its lease.
 */
#include "lade/store/layer_dir.h"

#include "base/buf.h"
#include "base/file.h"
#include "lade/store/inside.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PLACE_SIZE = DIGEST_TEXT_SIZE + 32, SIZE_TEXT_MAX = 64 };

struct layer_dir {
    struct store *store;
    int lock, tree;
    char lock_name[PLACE_SIZE];
    char temporary[LEASE_NAME_SIZE + 24];
    char folder[DIGEST_TEXT_SIZE]; /* layers/ALG */
    char name[PLACE_SIZE];         /* HEX[-FORM] */
};

static void name_layer(const struct digest *key, const char *form, char folder[DIGEST_TEXT_SIZE],
                       char name[PLACE_SIZE])
{
    struct blob_place p = blob_place("layers", key);

    memcpy(folder, p.folder, DIGEST_TEXT_SIZE);
    snprintf(name, PLACE_SIZE, "%s%s%.16s", p.name, form ? "-" : "", form ? form : "");
}

/* In this store alone. */
static int open_here(struct store *s, const struct digest *key, const char *form, char **ret_path)
{
    char folder[DIGEST_TEXT_SIZE], name[PLACE_SIZE];
    auto_fd layer = -EBADF, tree = -EBADF;
    auto_buf path = { 0 };

    if (s->dir < 0)
        return -ENOENT;
    name_layer(key, form, folder, name);
    buf_printf(&path, "%s/%s", folder, name);
    if (buf_failed(&path))
        return -ENOMEM;
    layer = open_folder(s->dir, path.data, 0);
    if (layer < 0)
        return layer;
    /* So that gc lets it be: a lade that writes has looked for it. */
    if (s->access == STORE_WRITE)
        futimens(layer, NULL);
    tree = openat(layer, "diff", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (tree < 0)
        return -errno;
    if (ret_path && asprintf(ret_path, "%s/%s/diff", s->path, path.data) < 0)
        return -ENOMEM;
    return take_fd(&tree);
}

int layer_dir_open(struct store *s, const struct digest *key, const char *form, char **ret_path)
{
    struct err unused;
    __attribute__((unused)) auto_fd lock =
        s->access == STORE_WRITE ? store_lock(s, LOCK_SH, &unused) : -EBADF;
    int fd = open_here(s, key, form, ret_path);

    for (size_t i = 0; i < s->factory_count && fd == -ENOENT; i++)
        fd = open_here(s->factories[i], key, form, ret_path);
    return fd;
}

static bool is_there(struct store *s, const struct digest *key, const char *form)
{
    auto_fd fd = layer_dir_open(s, key, form, NULL);

    return fd >= 0;
}

/* One process at a time unpacks a layer; the file stays, as others may wait for its lock. */
static int lock_layer(struct layer_dir *d, struct err *e)
{
    int rc;

    d->lock =
        openat(d->store->partial, d->lock_name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    rc = d->lock < 0 ? -errno : flock_wait(d->lock, LOCK_EX);
    return rc < 0 ? err_os(e, rc, "lock '%s/partial/%s'", d->store->path, d->lock_name) : 0;
}

static int make_tree(struct layer_dir *d, struct err *e)
{
    auto_fd layer = -EBADF;

    temporary_name(d->store, d->temporary);
    if (mkdirat(d->store->partial, d->temporary, 0700) < 0)
        return err_os(e, errno, "make '%s/partial/%s'", d->store->path, d->temporary);
    layer = open_folder(d->store->partial, d->temporary, 0);
    if (layer < 0)
        return err_os(e, layer, "open '%s/partial/%s'", d->store->path, d->temporary);
    d->tree = open_folder(layer, "diff", 0755);
    /* Whatever the umask is: the tree's root is the container's. */
    if (d->tree < 0 || fchmod(d->tree, 0755) < 0)
        return err_os(e, d->tree < 0 ? d->tree : -errno, "make a layer in '%s'", d->store->path);
    return 0;
}

int layer_dir_begin(struct store *s, const struct digest *key, const char *form,
                    struct layer_dir **ret, struct err *e)
{
    cleanup(layer_dir_freep) struct layer_dir *d = NULL;

    if (is_there(s, key, form))
        return 1;
    d = calloc(1, sizeof *d);
    if (!d)
        return err_os(e, ENOMEM, "unpack a layer into '%s'", s->path);
    d->store = s;
    d->lock = d->tree = -EBADF;
    name_layer(key, form, d->folder, d->name);
    snprintf(d->lock_name, sizeof d->lock_name, "layer-%.*s", (int)sizeof d->lock_name - 7,
             d->name);
    TRY(lock_layer(d, e));
    if (is_there(s, key, form))
        return 1;
    TRY(make_tree(d, e));
    *ret = take_ptr(d);
    return 0;
}

int layer_dir_fd(const struct layer_dir *d)
{
    return d->tree;
}

static int publish(struct layer_dir *d, struct err *e)
{
    auto_fd lock = store_lock(d->store, LOCK_SH, e);
    auto_fd layers = open_folder(d->store->dir, d->folder, 0700);

    TRY(lock);
    if (layers < 0)
        return err_os(e, layers, "open '%s/%s'", d->store->path, d->folder);
    if (renameat(d->store->partial, d->temporary, layers, d->name) < 0 || fsync(layers) < 0)
        return err_os(e, errno, "add layer '%s' to '%s'", d->name, d->store->path);
    d->temporary[0] = '\0';
    return 0;
}

int layer_dir_end(struct layer_dir *d, const struct layer_size *size, struct err *e)
{
    auto_fd layer = open_folder(d->store->partial, d->temporary, 0);
    char text[SIZE_TEXT_MAX];
    int n;

    if (layer < 0)
        return err_os(e, layer, "open '%s/partial/%s'", d->store->path, d->temporary);
    n = snprintf(text, sizeof text, "%" PRIu64 " %" PRIu64 "\n", size->bytes, size->entries);
    TRY(file_make(layer, "size", 0644, text, (size_t)n, e));
    /* All of the tree at once: an fsync for each of 100,000 files would take minutes. */
    if (syncfs(layer) < 0)
        return err_os(e, errno, "write out layer '%s'", d->name);
    TRY(publish(d, e));
    unlinkat(d->store->partial, d->lock_name, 0);
    return 0;
}

void layer_dir_freep(struct layer_dir **at)
{
    struct layer_dir *d = *at;

    if (!d)
        return;
    cleanup_fd(&d->tree);
    if (d->temporary[0])
        remove_tree(d->store->partial, d->temporary);
    cleanup_fd(&d->lock);
    free(d);
    *at = NULL;
}

void layer_dir_size(int folder, const char *name, struct layer_size *ret)
{
    auto_fd layer = open_folder(folder, name, 0);
    auto_free char *text = NULL;
    struct err unused;
    size_t len;

    *ret = (struct layer_size){ 0 };
    if (layer >= 0 && file_read(layer, "size", SIZE_TEXT_MAX, &text, &len, &unused) == 0)
        (void)sscanf(text, "%" SCNu64 " %" SCNu64, &ret->bytes, &ret->entries);
}
