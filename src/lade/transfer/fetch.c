// SPDX-License-Identifier: Apache-2.0
/* fetch.c - the blobs of an image, from a registry into the store. */
#include "lade/transfer/fetch.h"

#include "base/cleanup.h"
#include "lade/store/ingest.h"

#include <stdio.h>
#include <string.h>

int fetch_keep(struct store *store, const struct digest *digest, const char *data, size_t size,
               struct err *e)
{
    auto_ingest *in = NULL;
    uint64_t have;
    int rc = ingest_begin(store, digest, size, &in, &have, e);

    if (rc != 0)
        return rc < 0 ? rc : 0;
    if (have > 0)
        TRY(ingest_restart(in, e));
    TRY(ingest_add(in, data, size, e));
    return ingest_end(in, NULL, NULL, e);
}

/* One attempt at one blob. */
struct receiving {
    struct fetch *fetch;
    size_t n;
    struct ingest *ingest;
    struct progress *progress;
};

static int take(void *user, const void *data, size_t len, struct err *e)
{
    struct receiving *r = user;

    TRY(ingest_add(r->ingest, data, len, e));
    arrival_grow(r->fetch->arrivals, r->n, len);
    progress_add(r->progress, len);
    return 0;
}

static int receive(struct receiving *r, uint64_t have, struct err *e)
{
    const struct descriptor *blob = r->fetch->tree->blobs[r->n];
    struct byte_sink to = { .write = take, .user = r };
    struct err why;

    arrival_begin(r->fetch->arrivals, r->n, r->ingest, have);
    TRY(repository_get_blob(r->fetch->repository, &blob->digest, blob->size, have, &to, e));
    if (ingest_end(r->ingest, NULL, NULL, e) == 0)
        return 0;
    arrival_break(r->fetch->arrivals, r->n);
    /* What was kept may have been bad, or of another attempt of the registry: once more. */
    if (have == 0 || e->kind != ERR_INVALID)
        return -e->code;
    why = *e;
    report_note(r->fetch->report, "%s, getting it anew", why.text);
    progress_restart(r->progress);
    return 1;
}

static int download(struct fetch *f, size_t n, struct err *e)
{
    const struct descriptor *blob = f->tree->blobs[n];
    char what[64];

    snprintf(what, sizeof what, "%.12s", digest_encoded(&blob->digest));
    for (int again = 1; again == 1;) {
        auto_ingest *in = NULL;
        struct receiving r = { .fetch = f, .n = n };
        uint64_t have;
        int rc = ingest_begin(f->store, &blob->digest, blob->size, &in, &have, e);

        if (rc != 0)
            return rc < 0 ? rc : 0;
        r.ingest = in;
        r.progress = progress_begin(f->report, what, blob->size, have);
        atomic_store(&f->fetched, true);
        again = receive(&r, have, e);
        progress_end(r.progress, again < 0 ? "failed" : "done");
        TRY(again);
    }
    return 0;
}

static int have_blob(struct fetch *f, size_t n, struct err *e)
{
    const struct descriptor *blob = f->tree->blobs[n];
    auto_free char *data = NULL;

    if (store_has(f->store, &blob->digest))
        return 0;
    if (blob->data) {
        TRY(descriptor_data(blob, &data, e));
        return fetch_keep(f->store, &blob->digest, data, blob->size, e);
    }
    if (download(f, n, e) == 0)
        return 0;
    /* Nobody else's servers are asked: the image's author chose them, not the user. */
    if (e->kind == ERR_NOT_FOUND && media_type_find(blob->media_type)->foreign)
        return err_wrap(e, "%s may only be had from elsewhere ('urls'), which is not done",
                        blob->digest.text);
    return -e->code;
}

int fetch_blob(struct fetch *f, size_t n, struct err *e)
{
    TRY(have_blob(f, n, e));
    arrival_end(f->arrivals, n);
    return 0;
}
