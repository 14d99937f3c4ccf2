// SPDX-License-Identifier: Apache-2.0
/* test_arrivals.c - blobs that are read while they come. */
#include "store_place.h"

#include "lade/store/arrivals.h"

#include <errno.h>
#include <pthread.h>

/* One blob on its way, and who reads it, maybe in another thread. */
struct way {
    struct place place;
    struct store *store;
    struct descriptor blob;
    const struct descriptor *blobs[1];
    struct arrivals *arrivals;
    struct ingest *in;
    uint64_t have;
    /* Of the reading thread, after it has ended: */
    pthread_t thread;
    char got[64];
    size_t len;
    int rc;
    bool stale;
    struct err e;
};

static void begin(struct way *w)
{
    EXPECT(ingest_begin(w->store, &w->blob.digest, w->blob.size, &w->in, &w->have, &e) == 0);
    arrival_begin(w->arrivals, 0, w->in, w->have);
}

static void add(struct way *w, const char *text)
{
    EXPECT(ingest_add(w->in, text, strlen(text), &e) == 0);
    arrival_grow(w->arrivals, 0, strlen(text));
}

static int end(struct way *w)
{
    int rc = ingest_end(w->in, NULL, NULL, &e);

    if (rc == 0)
        arrival_end(w->arrivals, 0);
    else
        arrival_break(w->arrivals, 0);
    ingest_freep(&w->in);
    return rc;
}

static void announce(struct way *w, const char *content)
{
    *w = (struct way){ .place = new_place(), .blob = { .media_type = (char *)MEDIA_OCI_LAYER } };
    w->store = opened(w->place.path, STORE_WRITE);
    w->blob.size = strlen(content);
    EXPECT(digest_of(DIGEST_SHA256, content, strlen(content), &w->blob.digest, &e) == 0);
    w->blobs[0] = &w->blob;
    EXPECT(arrivals_new(w->store, w->blobs, 1, &w->arrivals, &e) == 0);
}

static void leave_way(struct way *w)
{
    ingest_freep(&w->in);
    arrivals_freep(&w->arrivals);
    store_close(w->store);
    leave(&w->place);
}
#define auto_way __attribute__((__cleanup__(leave_way))) struct way

/* All of it, a few bytes at a time. */
static void *read_all(void *user)
{
    struct way *w = user;
    cleanup(arrival_close) struct arrival_reader r = { .fd = -EBADF };
    ssize_t n = arrival_open(w->arrivals, &w->blob.digest, &r, &w->e);

    while (n >= 0 && (n = arrival_read(&r, w->got + w->len, 3, &w->e)) > 0)
        w->len += (size_t)n;
    w->rc = (int)n;
    w->stale = r.stale;
    return NULL;
}

static void start(struct way *w)
{
    EXPECT(pthread_create(&w->thread, NULL, read_all, w) == 0);
}

static void join(struct way *w)
{
    pthread_join(w->thread, NULL);
}

static const char *next(struct arrival_reader *r)
{
    static char got[64];
    ssize_t n = arrival_read(r, got, sizeof got - 1, &e);

    if (n < 0)
        return NULL;
    got[n] = '\0';
    return got;
}

TEST(what_has_come_is_read_before_the_rest_is_there)
{
    auto_way w;
    cleanup(arrival_close) struct arrival_reader r = { .fd = -EBADF };

    announce(&w, "one two three");
    begin(&w);
    add(&w, "one ");
    EXPECT(arrival_open(w.arrivals, &w.blob.digest, &r, &e) == 0);
    EXPECT_STR(next(&r), "one ");
    add(&w, "two ");
    EXPECT_STR(next(&r), "two ");
    EXPECT(!store_has(w.store, &w.blob.digest));
    add(&w, "three");
    EXPECT_STR(next(&r), "three");
    EXPECT(end(&w) == 0);
    EXPECT_STR(next(&r), "");
    EXPECT_STR(next(&r), "");
    EXPECT(!r.kept && !r.stale);
}

TEST(a_thread_reads_bytes_in_order_while_they_come)
{
    auto_way w;

    announce(&w, "some words that come one after the other");
    start(&w);
    begin(&w);
    for (const char *p = "some words that come one after the other"; *p; p++)
        add(&w, (char[]){ *p, '\0' });
    EXPECT(end(&w) == 0);
    join(&w);
    EXPECT(w.rc == 0);
    EXPECT_STR(w.got, "some words that come one after the other");
}

TEST(V20_all_bytes_are_no_end_before_they_are_verified)
{
    auto_way w;

    announce(&w, "right");
    begin(&w);
    start(&w);
    add(&w, "wrong");
    EXPECT(end(&w) < 0 && e.kind == ERR_INVALID);
    arrivals_cancel(w.arrivals); /* wherever the thread waits by now */
    join(&w);
    EXPECT(w.rc < 0);
}

TEST(what_comes_anew_is_read_anew)
{
    auto_way w;
    cleanup(arrival_close) struct arrival_reader r = { .fd = -EBADF };

    announce(&w, "right");
    begin(&w);
    add(&w, "wro");
    EXPECT(arrival_open(w.arrivals, &w.blob.digest, &r, &e) == 0);
    EXPECT_STR(next(&r), "wro");
    add(&w, "ng");
    EXPECT(end(&w) < 0);
    EXPECT(next(&r) == NULL && e.code == EAGAIN && r.stale);
    begin(&w);
    EXPECT(w.have == 0);
    EXPECT(next(&r) == NULL && r.stale);
    arrival_close(&r);
    EXPECT(arrival_open(w.arrivals, &w.blob.digest, &r, &e) == 0 && !r.stale);
    add(&w, "right");
    EXPECT(end(&w) == 0);
    EXPECT_STR(next(&r), "right");
    EXPECT_STR(next(&r), "");
}

TEST(R31_what_was_kept_is_read_first)
{
    auto_way w;

    announce(&w, "one two three");
    begin(&w);
    add(&w, "one t");
    ingest_freep(&w.in); /* the connection broke, and so did that lade */
    arrivals_freep(&w.arrivals);
    EXPECT(arrivals_new(w.store, w.blobs, 1, &w.arrivals, &e) == 0);
    start(&w);
    begin(&w);
    EXPECT(w.have == 5);
    add(&w, "wo three");
    EXPECT(end(&w) == 0);
    join(&w);
    EXPECT(w.rc == 0);
    EXPECT_STR(w.got, "one two three");
}

TEST(a_blob_that_is_there_already_is_read_from_the_store_and_not_taken_as_verified)
{
    auto_way w;
    cleanup(arrival_close) struct arrival_reader r = { .fd = -EBADF };

    announce(&w, "kept");
    put(w.store, MEDIA_OCI_LAYER, "kept");
    arrival_end(w.arrivals, 0);
    EXPECT(arrival_open(w.arrivals, &w.blob.digest, &r, &e) == 0);
    EXPECT(r.kept);
    EXPECT_STR(next(&r), "kept");
    EXPECT_STR(next(&r), "");
    EXPECT(arrival_wait(w.arrivals, &w.blob.digest, &e) == 0);
}

TEST(cancelling_wakes_who_waits_for_the_beginning)
{
    auto_way w;

    announce(&w, "never");
    start(&w);
    arrivals_cancel(w.arrivals);
    join(&w);
    EXPECT(w.rc < 0 && w.e.code == ECANCELED);
    EXPECT(arrival_wait(w.arrivals, &w.blob.digest, &e) < 0 && e.code == ECANCELED);
}

TEST(cancelling_wakes_who_waits_for_more)
{
    auto_way w;

    announce(&w, "never all of it");
    begin(&w);
    add(&w, "never");
    start(&w);
    arrivals_cancel(w.arrivals);
    join(&w);
    EXPECT(w.rc < 0 && w.e.code == ECANCELED && !w.stale);
}

TEST(readers_files_are_not_for_programs_that_are_started)
{
    auto_way w;
    cleanup(arrival_close) struct arrival_reader r = { .fd = -EBADF };

    announce(&w, "mine");
    begin(&w);
    EXPECT(arrival_open(w.arrivals, &w.blob.digest, &r, &e) == 0);
    EXPECT(fcntl(r.fd, F_GETFD) & FD_CLOEXEC);
}

TEST(what_was_not_announced_does_not_come)
{
    auto_way w;
    cleanup(arrival_close) struct arrival_reader r = { .fd = -EBADF };
    struct digest other;

    announce(&w, "this");
    EXPECT(digest_of(DIGEST_SHA256, "that", 4, &other, &e) == 0);
    EXPECT(arrival_open(w.arrivals, &other, &r, &e) < 0 && e.kind == ERR_NOT_FOUND);
    EXPECT(arrival_wait(w.arrivals, &other, &e) < 0 && e.kind == ERR_NOT_FOUND);
}

TEST_MAIN()
