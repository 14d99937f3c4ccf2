// SPDX-License-Identifier: Apache-2.0
/*
 * arrivals.h - blobs that are read while they come.
 *
 * Who brings them says how far each one is; a reader gets the bytes as they lie in the file that
 * grows, and waits for the rest. They are not verified yet: the end of a blob is only told once its
 * digest is as announced, so what was made of the bytes is good when the reader comes to the end,
 * and is to be thrown away when it does not.
 *
 * Those who bring never wait for readers, so a slow reader holds up nothing.
 */
#pragma once

#include "lade/store/ingest.h"

struct arrivals;

/* The blobs must outlive it. */
int arrivals_new(struct store *s, const struct descriptor *const *blobs, size_t count,
                 struct arrivals **ret, struct err *e);
void arrivals_freep(struct arrivals **a);
#define auto_arrivals __attribute__((__cleanup__(arrivals_freep))) struct arrivals

/* --- who brings them; n: which blob; a NULL is fine --- */

/* It begins to come; have bytes are there. Without a descriptor for readers there are none. */
void arrival_begin(struct arrivals *a, size_t n, const struct ingest *in, uint64_t have);
void arrival_grow(struct arrivals *a, size_t n, uint64_t bytes);
/* What has come is of no use. It may begin anew. */
void arrival_break(struct arrivals *a, size_t n);
/* It is verified and in the store. */
void arrival_end(struct arrivals *a, size_t n);

/* Nothing more comes, and nobody wants what is there: readers fail with ECANCELED. */
void arrivals_cancel(struct arrivals *a);

/* --- readers --- */

struct arrival_reader {
    struct arrivals *arrivals;
    size_t n;
    int fd;
    uint64_t at;
    unsigned attempt;
    bool kept;  /* it was opened in the store, so nobody has verified now what is read */
    bool stale; /* what was read was of no use, and the blob may be opened again */
};

/* Waits until the blob comes or is there. The reader can go with arrival_close() in any case. */
int arrival_open(struct arrivals *a, const struct digest *digest, struct arrival_reader *ret,
                 struct err *e);
/* As a byte_source's, whose user is the reader. EAGAIN when the reader is stale. */
ssize_t arrival_read(void *reader, void *buf, size_t size, struct err *e);
void arrival_close(struct arrival_reader *r);

/* Wait until the blob is verified. */
int arrival_wait(struct arrivals *a, const struct digest *digest, struct err *e);
