// SPDX-License-Identifier: Apache-2.0
/*
 * spool.h - an archive's files, once it was read to its end.
 *
 * An archive from a pipe comes in any order, and what says how to read it (manifest.json) usually
 * last. So each file goes into the store's partial/ with its digest, which costs no second copy:
 * what turns out to be a layer is renamed into place, the rest is forgotten.
 */
#pragma once

#include "lade/document/descriptor.h"
#include "lade/store/ingest.h"

struct spool;

/* Reads all of the archive, which may be compressed as a whole. */
int spool_read(struct store *s, const struct byte_source *from, struct spool **ret, struct err *e);
void spool_freep(struct spool **p);
#define auto_spool __attribute__((__cleanup__(spool_freep))) struct spool

/* A file of the archive; lives as long as the spool. */
struct spool_file {
    char *name; /* without a leading "./", with single slashes */
    char *link; /* of a link: what it names, as written; else NULL */
    bool hard;  /* it is a hard link */
    struct digest digest;
    uint64_t size;
    struct ingest *content; /* NULL: a link */
    struct store *kept;     /* where it is a blob by now; NULL: not yet */
};

/* The regular file of a name, through links inside the archive; NULL when there is none, or the
 * name leads out of the archive. */
struct spool_file *spool_find(struct spool *p, const char *name);

/* The whole text of a small file, malloc'd. what: for errors. */
int spool_text(const struct spool_file *f, const char *what, char **ret, size_t *ret_len,
               struct err *e);

/* Descriptor of a file's content; the caller's. */
int spool_open(const struct spool_file *f, struct err *e);

/* Make the content a blob of the store. Several images may do so. */
int spool_keep(struct spool *p, struct spool_file *f, struct err *e);
