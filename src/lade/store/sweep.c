// SPDX-License-Identifier: Apache-2.0
/* sweep.c - taking content out of the store. */
#include "lade/store/sweep.h"

#include "base/file.h"
#include "lade/store/layer_dir.h"
#include "lade/store/leases.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static void tell(const struct sweep *w, const char *kind, const char *name, uint64_t bytes)
{
    if (w->watcher)
        w->watcher->removed(w->watcher->user, kind, name, bytes);
}

static int64_t time_of(const struct stat *st)
{
    return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

/* One entry of a folder, whose digest is known. */
typedef int sweep_entry(const struct sweep *w, int folder, const char *name,
                        const struct digest *digest, struct err *e);

/* Calls for every entry of TOP/ALG/ that is named after a digest, with what may follow a dash. What
 * is named otherwise is not ours. */
static int each_digest(const struct sweep *w, const char *top, const char *algorithm,
                       sweep_entry *act, struct err *e)
{
    char path[32];
    struct dirent *entry;
    auto_dir dir = NULL;
    int fd;

    snprintf(path, sizeof path, "%s/%s", top, algorithm);
    fd = open_folder(w->store->dir, path, 0);
    if (fd == -ENOENT)
        return 0;
    dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir)
        return err_os(e, fd < 0 ? fd : -errno, "read '%s/%s'", w->store->path, path);
    while ((entry = readdir(dir))) {
        char text[DIGEST_TEXT_SIZE];
        struct digest digest;
        struct err unused;

        snprintf(text, sizeof text, "%s:%.*s", algorithm, (int)strcspn(entry->d_name, "-"),
                 entry->d_name);
        if (digest_parse(text, &digest, &unused) == 0)
            TRY(act(w, dirfd(dir), entry->d_name, &digest, e));
    }
    return 0;
}

static int sweep_blob(const struct sweep *w, int folder, const char *name,
                      const struct digest *digest, struct err *e)
{
    struct stat st;

    if (digest_set_has(&w->needed->blobs, digest->text) ||
        (w->among && !digest_set_has(&w->among->blobs, digest->text)))
        return 0;
    if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || S_ISDIR(st.st_mode) ||
        time_of(&st) >= w->since)
        return 0;
    if (!w->dry && unlinkat(folder, name, 0) < 0)
        return err_os(e, errno, "remove blob %s", digest->text);
    tell(w, "blob", digest->text, (uint64_t)st.st_size);
    return 0;
}

int sweep_blobs(const struct sweep *w, struct err *e)
{
    TRY(each_digest(w, "blobs", "sha256", sweep_blob, e));
    return each_digest(w, "blobs", "sha512", sweep_blob, e);
}

/* Out of sight first, in one step: a tree takes time to remove. */
static int remove_layer(const struct sweep *w, int folder, const char *name, struct err *e)
{
    char temporary[LEASE_NAME_SIZE + 24];
    int rc;

    temporary_name(w->store, temporary);
    rc = renameat(folder, name, w->store->partial, temporary) < 0 ? -errno : 0;
    if (rc == 0)
        rc = remove_tree(w->store->partial, temporary);
    return rc < 0 ? err_os(e, rc, "remove layer '%s'", name) : 0;
}

static int sweep_layer(const struct sweep *w, int folder, const char *name,
                       const struct digest *digest, struct err *e)
{
    struct layer_size size = { 0 };
    struct stat st;

    if (digest_set_has(&w->needed->layers, digest->text) ||
        (w->among && !digest_set_has(&w->among->layers, digest->text)))
        return 0;
    if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || time_of(&st) >= w->since)
        return 0;
    layer_dir_size(folder, name, &size);
    if (!w->dry)
        TRY(remove_layer(w, folder, name, e));
    tell(w, "layer", name, size.bytes);
    return 0;
}

int sweep_layers(const struct sweep *w, struct err *e)
{
    TRY(each_digest(w, "layers", "sha256", sweep_layer, e));
    return each_digest(w, "layers", "sha512", sweep_layer, e);
}

/* A temporary belongs to the lade that made it; a download to whoever resumes it. */
static bool partial_is_dead(const struct sweep *w, int folder, const char *name,
                            const struct stat *st)
{
    auto_fd fd = -EBADF;

    if (strncmp(name, "run-", 4) == 0)
        return !leases_run_is_alive(w->store, name);
    if (time_of(st) >= w->since)
        return false;
    fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    return fd < 0 || flock(fd, LOCK_EX | LOCK_NB) == 0;
}

int sweep_partial(const struct sweep *w, struct err *e)
{
    int fd = open_folder(w->store->dir, "partial", 0);
    auto_dir dir = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;

    if (fd == -ENOENT)
        return 0;
    if (!dir)
        return err_os(e, fd < 0 ? fd : -errno, "read '%s/partial'", w->store->path);
    while ((entry = readdir(dir))) {
        struct stat st;
        int rc;

        if (entry->d_name[0] == '.' ||
            fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
            !partial_is_dead(w, dirfd(dir), entry->d_name, &st))
            continue;
        rc = w->dry ? 0 : remove_tree(dirfd(dir), entry->d_name);
        if (rc < 0)
            return err_os(e, rc, "remove '%s/partial/%s'", w->store->path, entry->d_name);
        tell(w, "partial", entry->d_name, S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0);
    }
    return 0;
}
