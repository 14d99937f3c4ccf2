// SPDX-License-Identifier: Apache-2.0
/* blob.c - content by its digest: whether it is there, and reading it. */
#include "lade/store/inside.h"

#include "base/file.h"
#include "lade/store/ingest.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

enum { PIECE = 128 << 10 };

/* In this store alone. Returns an fd, -ENOENT, or another negative errno. */
static int open_here(const struct store *s, const struct digest *digest)
{
    struct blob_place p = blob_place("blobs", digest);
    auto_fd folder = s->dir < 0 ? -ENOENT : open_folder(s->dir, p.folder, 0);
    auto_fd fd = -EBADF;
    struct stat st;

    if (folder < 0)
        return folder;
    /* O_NONBLOCK: a FIFO in a layout from elsewhere must not hang us. */
    fd = openat(folder, p.name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (fstat(fd, &st) < 0)
        return -errno;
    return S_ISREG(st.st_mode) ? take_fd(&fd) : -EINVAL;
}

bool touch_blob(const struct store *s, const struct digest *digest)
{
    struct blob_place p = blob_place("blobs", digest);
    auto_fd folder = s->dir < 0 ? -ENOENT : open_folder(s->dir, p.folder, 0);
    struct stat st;

    if (folder < 0 || fstatat(folder, p.name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
        return false;
    /* Where it can't be done (another owner's layout) gc can't remove the blob either. */
    utimensat(folder, p.name, NULL, AT_SYMLINK_NOFOLLOW);
    return true;
}

bool store_has(struct store *s, const struct digest *digest)
{
    struct err unused;
    bool found;

    if (s->access == STORE_WRITE) {
        auto_fd lock = store_lock(s, LOCK_SH, &unused);

        found = lock >= 0 && touch_blob(s, digest);
    } else {
        auto_fd fd = open_here(s, digest);

        found = fd >= 0;
    }
    for (size_t i = 0; i < s->factory_count && !found; i++)
        found = store_has(s->factories[i], digest);
    return found;
}

int store_open_blob(struct store *s, const struct digest *digest, uint64_t *ret_size, struct err *e)
{
    auto_fd fd = open_here(s, digest);
    struct stat st;

    for (size_t i = 0; i < s->factory_count && fd == -ENOENT; i++)
        fd = open_here(s->factories[i], digest);
    if (fd == -ENOENT)
        return err_set(e, ERR_NOT_FOUND, "there is no blob %s in '%s'", digest->text, s->path);
    if (fd == -ELOOP || fd == -EINVAL || fd == -ENOTDIR)
        return err_set(e, ERR_INVALID, "blob %s in '%s' is not a regular file", digest->text,
                       s->path);
    if (fd < 0 || fstat(fd, &st) < 0)
        return err_os(e, fd < 0 ? fd : -errno, "open blob %s in '%s'", digest->text, s->path);
    if (ret_size)
        *ret_size = (uint64_t)st.st_size;
    return take_fd(&fd);
}

int store_read(struct store *s, const struct descriptor *d, const char *what, char **ret,
               size_t *ret_len, struct err *e)
{
    auto_free char *text = NULL;
    uint64_t size;
    size_t len;
    auto_fd fd = store_open_blob(s, &d->digest, &size, e);

    if (fd < 0)
        return err_wrap(e, "%s", what);
    if (d->size > DOCUMENT_MAX)
        return err_set(e, ERR_INVALID, "%s %s is larger than %d bytes", what, d->digest.text,
                       DOCUMENT_MAX);
    if (size != d->size)
        return err_set(e, ERR_INVALID, "%s %s has %llu bytes instead of %llu", what, d->digest.text,
                       (unsigned long long)size, (unsigned long long)d->size);
    if (file_read_fd(fd, DOCUMENT_MAX, &text, &len, e) < 0)
        return err_wrap(e, "%s %s", what, d->digest.text);
    TRY(descriptor_verify(d, text, len, what, e));
    *ret = take_ptr(text);
    *ret_len = len;
    return 0;
}

int store_put(struct store *s, const void *data, size_t len, struct digest *ret_digest,
              struct err *e)
{
    auto_ingest *in = NULL;
    struct digest digest;
    uint64_t have;
    int rc;

    TRY(digest_of(DIGEST_SHA256, data, len, &digest, e));
    rc = ingest_begin(s, &digest, len, &in, &have, e);
    if (rc == 0 && have < len)
        rc = ingest_add(in, (const char *)data + have, len - have, e);
    if (rc == 0)
        rc = ingest_end(in, NULL, NULL, e);
    TRY(rc);
    *ret_digest = digest;
    return 0;
}

static int each_in_folder(struct store *s, const char *algorithm, store_visit *visit, void *user,
                          struct err *e)
{
    char path[32];
    struct dirent *entry;
    auto_dir dir = NULL;
    int fd;

    snprintf(path, sizeof path, "blobs/%s", algorithm);
    fd = s->dir < 0 ? -ENOENT : open_folder(s->dir, path, 0);
    if (fd == -ENOENT)
        return 0;
    dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir)
        return err_os(e, fd < 0 ? fd : -errno, "read '%s/%s'", s->path, path);
    while ((entry = readdir(dir))) {
        struct descriptor d = { .media_type = (char *)"" };
        char text[DIGEST_TEXT_SIZE];
        struct err unused;
        struct stat st;

        snprintf(text, sizeof text, "%s:%.200s", algorithm, entry->d_name);
        if (digest_parse(text, &d.digest, &unused) < 0 ||
            fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
            continue;
        d.size = (uint64_t)st.st_size;
        TRY(visit(user, &d, e));
    }
    return 0;
}

int store_each_blob(struct store *s, store_visit *visit, void *user, struct err *e)
{
    TRY(each_in_folder(s, "sha256", visit, user, e));
    return each_in_folder(s, "sha512", visit, user, e);
}

/* Reads all of it: nobody's word is taken for what is removed. */
static bool is_damaged(int fd, const struct digest *digest)
{
    auto_hasher *h = NULL;
    auto_free char *piece = malloc(PIECE);
    struct digest got;
    struct err unused;
    ssize_t n;

    if (!piece || hasher_new(digest->algorithm, &h, &unused) < 0)
        return false;
    while ((n = read(fd, piece, PIECE)) > 0)
        hasher_add(h, piece, (size_t)n);
    hasher_end(h, &got);
    return n == 0 && !digest_equal(&got, digest);
}

bool store_drop_damaged(struct store *s, const struct digest *digest)
{
    struct blob_place p = blob_place("blobs", digest);
    struct err unused;
    auto_fd lock = store_lock(s, LOCK_EX, &unused), fd = open_here(s, digest), folder = -EBADF;

    if (lock < 0 || fd < 0 || !is_damaged(fd, digest))
        return false;
    folder = open_folder(s->dir, p.folder, 0);
    return folder >= 0 && unlinkat(folder, p.name, 0) == 0;
}
