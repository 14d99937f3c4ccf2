// SPDX-License-Identifier: Apache-2.0
/*
 * ingest.c - content on its way into the store.
 *
 * partial/ALG-HEX grows while its flock is held; the name is the digest, so whoever comes next goes
 * on where it ends. Verified, it is written out and renamed into blobs/ under the store's shared
 * lock. A killed process leaves a shorter file and no lock, and no more than that.
 */
#include "lade/store/ingest.h"

#include "base/file.h"
#include "lade/store/inside.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    PIECE = 128 << 10,
    /* Written pages are handed to the disk this often, so that the end need not wait for all of
     * them and a small memory cgroup is not filled with dirty pages. */
    WRITEBACK = 8 << 20,
};

struct ingest {
    struct store *store;
    int fd; /* of the file in partial/; -EBADF: sealed */
    char name[DIGEST_TEXT_SIZE];
    bool named;            /* digest and size are known */
    struct digest digest;  /* what is announced */
    uint64_t size, length; /* announced, or the limit; and what has come */
    uint64_t written_back;
    struct hasher *hasher; /* NULL: ended */
    struct digest got;     /* when it has */
};

/* "sha256:0123" is the file "sha256-0123"; digests hold no '/'. */
static void partial_name(const struct digest *digest, char ret[DIGEST_TEXT_SIZE])
{
    snprintf(ret, DIGEST_TEXT_SIZE, "%s", digest->text);
    ret[strcspn(ret, ":")] = '-';
}

static int new_ingest(struct store *s, enum digest_algorithm algorithm, struct ingest **ret,
                      struct err *e)
{
    auto_ingest *in = calloc(1, sizeof *in);

    if (!in)
        return err_os(e, ENOMEM, "add to store '%s'", s->path);
    in->store = s;
    in->fd = -EBADF;
    TRY(hasher_new(algorithm, &in->hasher, e));
    *ret = take_ptr(in);
    return 0;
}

/* Whether the name still leads to the file that was locked: another process may have finished or
 * removed it between our open and our flock. */
static bool is_current(const struct ingest *in)
{
    struct stat ours, named;

    return fstat(in->fd, &ours) == 0 &&
           fstatat(in->store->partial, in->name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

static int open_locked(struct ingest *in, struct err *e)
{
    do {
        int rc;

        cleanup_fd(&in->fd);
        in->fd = openat(in->store->partial, in->name,
                        O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644);
        rc = in->fd < 0 ? -errno : flock_wait(in->fd, LOCK_EX);
        if (rc < 0)
            return err_os(e, rc, "open '%s/partial/%s'", in->store->path, in->name);
    } while (!is_current(in));
    return 0;
}

/* Hash what an earlier attempt has left. It is not trusted: the digest of all decides. */
static int hash_kept(struct ingest *in, struct err *e)
{
    auto_free char *piece = malloc(PIECE);
    ssize_t n;

    if (!piece)
        return err_os(e, ENOMEM, "resume %s", in->digest.text);
    while ((n = pread(in->fd, piece, PIECE, (off_t)in->length)) > 0) {
        hasher_add(in->hasher, piece, (size_t)n);
        in->length += (uint64_t)n;
    }
    if (n < 0 || lseek(in->fd, (off_t)in->length, SEEK_SET) < 0)
        return err_os(e, errno, "resume %s", in->digest.text);
    in->written_back = in->length;
    return 0;
}

int ingest_restart(struct ingest *in, struct err *e)
{
    enum digest_algorithm algorithm = in->named ? in->digest.algorithm : DIGEST_SHA256;

    hasher_freep(&in->hasher);
    TRY(hasher_new(algorithm, &in->hasher, e));
    if (ftruncate(in->fd, 0) < 0 || lseek(in->fd, 0, SEEK_SET) < 0)
        return err_os(e, errno, "empty '%s/partial/%s'", in->store->path, in->name);
    in->length = in->written_back = 0;
    return 0;
}

int ingest_begin(struct store *s, const struct digest *digest, uint64_t size, struct ingest **ret,
                 uint64_t *ret_have, struct err *e)
{
    auto_ingest *in = NULL;
    struct stat st;

    if (store_has(s, digest))
        return 1;
    TRY(new_ingest(s, digest->algorithm, &in, e));
    in->named = true;
    in->digest = *digest;
    in->size = size;
    partial_name(digest, in->name);
    TRY(open_locked(in, e));
    if (store_has(s, digest)) { /* by whoever we have waited for */
        unlinkat(in->store->partial, in->name, 0);
        return 1;
    }
    if (fstat(in->fd, &st) < 0 || !S_ISREG(st.st_mode))
        return err_set(e, ERR_INVALID, "'%s/partial/%s' is not a regular file", s->path, in->name);
    if ((uint64_t)st.st_size > size)
        TRY(ingest_restart(in, e));
    else
        TRY(hash_kept(in, e));
    *ret_have = in->length;
    *ret = take_ptr(in);
    return 0;
}

int ingest_begin_unnamed(struct store *s, uint64_t limit, struct ingest **ret, struct err *e)
{
    auto_ingest *in = NULL;

    TRY(new_ingest(s, DIGEST_SHA256, &in, e));
    in->size = limit;
    temporary_name(s, in->name);
    in->fd = openat(in->store->partial, in->name,
                    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (in->fd < 0)
        return err_os(e, errno, "make '%s/partial/%s'", s->path, in->name);
    *ret = take_ptr(in);
    return 0;
}

static int too_long(const struct ingest *in, struct err *e)
{
    if (!in->named)
        return err_set(e, ERR_INVALID, "content is larger than %" PRIu64 " bytes", in->size);
    return err_set(e, ERR_INVALID, "%s is larger than the %" PRIu64 " bytes announced",
                   in->digest.text, in->size);
}

int ingest_add(struct ingest *in, const void *data, size_t len, struct err *e)
{
    int rc;

    if (len > in->size - in->length)
        return too_long(in, e);
    rc = write_all(in->fd, data, len);
    if (rc < 0) {
        /* Some of it may have been written: cut where hash and file agree. */
        ftruncate(in->fd, (off_t)in->length);
        lseek(in->fd, (off_t)in->length, SEEK_SET);
        return err_os(e, rc, "write '%s/partial/%s'", in->store->path, in->name);
    }
    hasher_add(in->hasher, data, len);
    in->length += len;
    if (in->length - in->written_back >= WRITEBACK) {
        sync_file_range(in->fd, (off_t)in->written_back, (off_t)(in->length - in->written_back),
                        SYNC_FILE_RANGE_WRITE);
        in->written_back = in->length;
    }
    return 0;
}

static int write_to_ingest(void *user, const void *data, size_t len, struct err *e)
{
    return ingest_add(user, data, len, e);
}

struct byte_sink ingest_sink(struct ingest *in)
{
    return (struct byte_sink){ .write = write_to_ingest, .user = in };
}

/* What turned out to be wrong is of no use to the next attempt. */
static int verify(struct ingest *in, const struct digest *got, struct err *e)
{
    if (!in->named)
        return 0;
    if (in->length != in->size) /* the rest may still come: a connection that broke off */
        return err_set(e, ERR_INVALID, "%s ends after %" PRIu64 " of %" PRIu64 " bytes",
                       in->digest.text, in->length, in->size);
    if (digest_equal(got, &in->digest))
        return 0;
    unlinkat(in->store->partial, in->name, 0);
    return err_set(e, ERR_INVALID, "content of %s has the digest %.*s", in->digest.text, 80,
                   got->text);
}

/* Written out first: after a power cut a name must not lead to less than what was verified. */
static int publish(struct ingest *in, const struct digest *digest, struct err *e)
{
    struct blob_place p = blob_place("blobs", digest);
    auto_fd lock = -EBADF, blobs = -EBADF;

    if (fdatasync(in->fd) < 0)
        return err_os(e, errno, "write out %s", digest->text);
    lock = store_lock(in->store, LOCK_SH, e);
    TRY(lock);
    blobs = open_folder(in->store->dir, p.folder, 0755);
    if (blobs < 0)
        return err_os(e, blobs, "open '%s/%s'", in->store->path, p.folder);
    futimens(in->fd, NULL);
    if (renameat(in->store->partial, in->name, blobs, p.name) < 0 || fsync(blobs) < 0)
        return err_os(e, errno, "add %s to '%s'", digest->text, in->store->path);
    return 0;
}

static void end_hash(struct ingest *in)
{
    if (in->hasher)
        hasher_end(in->hasher, &in->got);
    hasher_free(in->hasher);
    in->hasher = NULL;
}

int ingest_end(struct ingest *in, struct digest *ret_digest, uint64_t *ret_size, struct err *e)
{
    end_hash(in);
    TRY(verify(in, &in->got, e));
    if (in->fd < 0)
        in->fd = ingest_open(in, e);
    TRY(in->fd);
    TRY(publish(in, &in->got, e));
    if (ret_digest)
        *ret_digest = in->got;
    if (ret_size)
        *ret_size = in->length;
    return 0;
}

void ingest_seal(struct ingest *in, struct digest *ret_digest, uint64_t *ret_size)
{
    /* Starts the writing, so that the end has less to wait for. */
    sync_file_range(in->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
    end_hash(in);
    cleanup_fd(&in->fd);
    *ret_digest = in->got;
    *ret_size = in->length;
}

int ingest_open(const struct ingest *in, struct err *e)
{
    int fd = openat(in->store->partial, in->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

    return fd < 0 ? err_os(e, errno, "open '%s/partial/%s'", in->store->path, in->name) : fd;
}

void ingest_freep(struct ingest **at)
{
    struct ingest *in = *at;

    if (!in)
        return;
    if (!in->named && in->name[0])
        unlinkat(in->store->partial, in->name,
                 0); /* after the end there is nothing under that name */
    cleanup_fd(&in->fd);
    hasher_free(in->hasher);
    free(in);
    *at = NULL;
}
