// SPDX-License-Identifier: Apache-2.0
/* arrivals.c - blobs that are read while they come. */
#include "lade/store/arrivals.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum stage { ABSENT, COMING, THERE };

struct arrival {
    enum stage stage;
    int fd;           /* of what is coming; readers make copies of it */
    uint64_t length;  /* so many bytes are in the file */
    unsigned attempt; /* changes when what was read before is of no use */
};

struct arrivals {
    struct store *store;
    const struct descriptor *const *blobs;
    size_t count;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool cancelled;
    struct arrival items[];
};

int arrivals_new(struct store *s, const struct descriptor *const *blobs, size_t count,
                 struct arrivals **ret, struct err *e)
{
    struct arrivals *a = calloc(1, sizeof *a + count * sizeof a->items[0]);

    if (!a)
        return err_os(e, ENOMEM, "read what comes");
    a->store = s;
    a->blobs = blobs;
    a->count = count;
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->changed, NULL);
    for (size_t i = 0; i < count; i++)
        a->items[i].fd = -EBADF;
    *ret = a;
    return 0;
}

void arrivals_freep(struct arrivals **at)
{
    struct arrivals *a = *at;

    if (!a)
        return;
    for (size_t i = 0; i < a->count; i++)
        cleanup_fd(&a->items[i].fd);
    pthread_cond_destroy(&a->changed);
    pthread_mutex_destroy(&a->lock);
    free(a);
    *at = NULL;
}

/* --- who brings them --- */

/* Locks all. */
static struct arrival *take_item(struct arrivals *a, size_t n)
{
    pthread_mutex_lock(&a->lock);
    return &a->items[n];
}

static void tell(struct arrivals *a)
{
    pthread_cond_broadcast(&a->changed);
    pthread_mutex_unlock(&a->lock);
}

void arrival_begin(struct arrivals *a, size_t n, const struct ingest *in, uint64_t have)
{
    struct arrival *item;
    struct err unused;
    int fd;

    if (!a)
        return;
    fd = ingest_open(in, &unused);
    item = take_item(a, n);
    cleanup_fd(&item->fd);
    item->fd = fd;
    item->length = have;
    if (fd >= 0)
        item->stage = COMING;
    tell(a);
}

void arrival_grow(struct arrivals *a, size_t n, uint64_t bytes)
{
    if (!a)
        return;
    take_item(a, n)->length += bytes;
    tell(a);
}

void arrival_break(struct arrivals *a, size_t n)
{
    struct arrival *item;

    if (!a)
        return;
    item = take_item(a, n);
    item->stage = ABSENT;
    item->attempt++;
    cleanup_fd(&item->fd);
    tell(a);
}

void arrival_end(struct arrivals *a, size_t n)
{
    struct arrival *item;

    if (!a)
        return;
    item = take_item(a, n);
    item->stage = THERE;
    cleanup_fd(&item->fd);
    tell(a);
}

void arrivals_cancel(struct arrivals *a)
{
    pthread_mutex_lock(&a->lock);
    a->cancelled = true;
    tell(a);
}

/* --- readers --- */

static int find(const struct arrivals *a, const struct digest *digest, size_t *ret, struct err *e)
{
    for (size_t i = 0; i < a->count; i++) {
        if (digest_equal(&a->blobs[i]->digest, digest)) {
            *ret = i;
            return 0;
        }
    }
    return err_set(e, ERR_NOT_FOUND, "%s does not come", digest->text);
}

static int was_cancelled(const struct arrivals *a, size_t n, struct err *e)
{
    return err_os(e, ECANCELED, "read %s", a->blobs[n]->digest.text);
}

/* A descriptor of what is coming, -EBADF when it is in the store, or another negative errno. */
static int wait_for_start(struct arrival_reader *r, struct err *e)
{
    struct arrivals *a = r->arrivals;
    struct arrival *item = take_item(a, r->n);
    int fd = -EBADF;

    while (item->stage == ABSENT && !a->cancelled)
        pthread_cond_wait(&a->changed, &a->lock);
    r->attempt = item->attempt;
    if (a->cancelled)
        fd = was_cancelled(a, r->n, e);
    else if (item->stage == COMING && (fd = fcntl(item->fd, F_DUPFD_CLOEXEC, 0)) < 0)
        fd = err_os(e, errno, "read %s", a->blobs[r->n]->digest.text);
    pthread_mutex_unlock(&a->lock);
    return fd;
}

int arrival_open(struct arrivals *a, const struct digest *digest, struct arrival_reader *ret,
                 struct err *e)
{
    *ret = (struct arrival_reader){ .arrivals = a, .fd = -EBADF };
    TRY(find(a, digest, &ret->n, e));
    ret->fd = wait_for_start(ret, e);
    ret->kept = ret->fd == -EBADF;
    if (ret->kept)
        ret->fd = store_open_blob(a->store, digest, NULL, e);
    return ret->fd < 0 ? ret->fd : 0;
}

void arrival_close(struct arrival_reader *r)
{
    cleanup_fd(&r->fd);
}

/* How many bytes behind the reader are there, 0 at the end of what is verified. */
static int64_t wait_for_bytes(struct arrival_reader *r, struct err *e)
{
    struct arrivals *a = r->arrivals;
    struct arrival *item = take_item(a, r->n);
    int64_t ret = -EAGAIN;

    while (item->stage == COMING && item->length <= r->at && item->attempt == r->attempt &&
           !a->cancelled)
        pthread_cond_wait(&a->changed, &a->lock);
    if (a->cancelled)
        ret = was_cancelled(a, r->n, e);
    else if (item->attempt != r->attempt)
        r->stale = true;
    else
        ret = (int64_t)((item->stage == THERE ? a->blobs[r->n]->size : item->length) - r->at);
    pthread_mutex_unlock(&a->lock);
    return r->stale ? err_os(e, EAGAIN, "read %s", a->blobs[r->n]->digest.text) : ret;
}

ssize_t arrival_read(void *reader, void *buf, size_t size, struct err *e)
{
    struct arrival_reader *r = reader;
    int64_t there = wait_for_bytes(r, e);
    ssize_t n;

    if (there <= 0)
        return (ssize_t)there;
    if (size > (uint64_t)there)
        size = (size_t)there;
    do {
        n = pread(r->fd, buf, size, (off_t)r->at);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return err_os(e, errno, "read %s", r->arrivals->blobs[r->n]->digest.text);
    if (n == 0)
        return err_set(e, ERR_INVALID, "%s is shorter than it was",
                       r->arrivals->blobs[r->n]->digest.text);
    r->at += (uint64_t)n;
    return n;
}

int arrival_wait(struct arrivals *a, const struct digest *digest, struct err *e)
{
    bool cancelled;
    size_t n = 0;

    TRY(find(a, digest, &n, e));
    take_item(a, n);
    while (a->items[n].stage != THERE && !a->cancelled)
        pthread_cond_wait(&a->changed, &a->lock);
    cancelled = a->cancelled;
    pthread_mutex_unlock(&a->lock);
    return cancelled ? was_cancelled(a, n, e) : 0;
}
