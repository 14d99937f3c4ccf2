// SPDX-License-Identifier: Apache-2.0
/*
 * ingest.h - content on its way into the store.
 *
 *     rc = ingest_begin(s, &digest, size, &in, &have, e);    1: it is there already
 *     ... ingest_add(in, piece, n, e), from byte `have` on ...
 *     ingest_end(in, e);                                     verified, written out, visible
 *     ingest_freep(&in);                                     before the end: kept for resuming
 *
 * One process at a time ingests a digest; others wait in ingest_begin() and then find it there.
 */
#pragma once

#include "lade/store/store.h"
#include "lade/stream/stream.h"

struct ingest;

/* Returns 1 when the store has the blob (*ret is left alone then), 0 when *ret_have bytes of an
 * earlier attempt are kept and the rest is to come. Those bytes are hashed anew here. size: as the
 * descriptor has it. */
int ingest_begin(struct store *s, const struct digest *digest, uint64_t size, struct ingest **ret,
                 uint64_t *ret_have, struct err *e);

/* Content whose digest is not known yet; it can't be resumed. limit: bytes that it may have. */
int ingest_begin_unnamed(struct store *s, uint64_t limit, struct ingest **ret, struct err *e);

/* More than was announced is ERR_INVALID. */
int ingest_add(struct ingest *in, const void *data, size_t len, struct err *e);

/* As a sink whose user is the ingest. */
struct byte_sink ingest_sink(struct ingest *in);

/* ERR_INVALID when size or digest are not as announced; nothing of it is kept then. *ret_digest and
 * *ret_size may be NULL; they are what an unnamed one became. */
int ingest_end(struct ingest *in, struct digest *ret_digest, uint64_t *ret_size, struct err *e);

/* Throw away what has come so far, so that the next attempt begins anew (a server answered a Range
 * with all of it). Ingestion goes on from byte 0. */
int ingest_restart(struct ingest *in, struct err *e);

/* End the content of an unnamed one without making it visible: many can wait so, without an open
 * file each. ingest_end() or ingest_freep() follows. */
void ingest_seal(struct ingest *in, struct digest *ret_digest, uint64_t *ret_size);

/* Descriptor to read what was sealed; the caller's. Negative errno with *e. */
int ingest_open(const struct ingest *in, struct err *e);

void ingest_freep(struct ingest **in);
#define auto_ingest __attribute__((__cleanup__(ingest_freep))) struct ingest
