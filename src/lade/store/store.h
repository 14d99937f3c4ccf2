// SPDX-License-Identifier: Apache-2.0
/*
 * store.h - where images are kept: an image layout (image-layout.md) that other tools read, and
 * beside it what only lade knows.
 *
 *     oci-layout, index.json   the layout and the names in it
 *     blobs/ALG/HEX            verified content, never changed
 *     layers/ALG/HEX[-FORM]/   unpacked layers: diff/ and size
 *     partial/                 what is not verified yet: downloads that can be resumed, layers
 * being unpacked leases/                  who uses what: running lades, bundles volumes/NAME/ named
 * volumes lock                     flock: shared to publish, exclusive to change names or to sweep
 *
 * Nothing is visible under its final name before it was verified and written out, and every change
 * is one rename: a process may be killed anywhere. There is no daemon and no other lock than
 * flock(2), which ends with its holder. Factory stores are looked through after the store itself
 * and never written to.
 *
 * Functions without a struct err return -errno. A store is used by one thread at a time, but
 * ingestion (ingest.h) may run in one thread for each blob.
 */
#pragma once

#include "base/err.h"
#include "lade/document/descriptor.h"
#include "lade/name/digest.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

enum store_access {
    STORE_READ,  /* nothing is made; a store that is not there yet is an empty one */
    STORE_WRITE, /* made when missing; the store holds a lease until it is closed, so that gc lets
                    be what was added or found since */
};

/* path: the store's directory; factories: NULL, or directories of read-only stores, NULL-ended. */
int store_open(const char *path, const char *const *factories, enum store_access access,
               struct store **ret, struct err *e);
void store_close(struct store *s);
void store_closep(struct store **s);
#define auto_store __attribute__((__cleanup__(store_closep))) struct store

/* The directory as it was opened, for messages and for bundles; belongs to the store. */
const char *store_path(const struct store *s);
/* Descriptor of the store's own directory; belongs to the store. -EBADF: an empty one. */
int store_directory(const struct store *s);

/* --- content --- */

/* True when the store or a factory has the blob. With STORE_WRITE gc then lets it be until the
 * store is closed. */
bool store_has(struct store *s, const struct digest *digest);

/* A blob's descriptor, O_RDONLY, or -errno with *e (ERR_NOT_FOUND: no such blob). Only a regular
 * file that no link leads to. *ret_size may be NULL. */
int store_open_blob(struct store *s, const struct digest *digest, uint64_t *ret_size,
                    struct err *e);

/* A document of at most DOCUMENT_MAX bytes, checked against the descriptor. *ret is malloc'd and
 * NUL-terminated. what: "manifest", for errors. */
int store_read(struct store *s, const struct descriptor *d, const char *what, char **ret,
               size_t *ret_len, struct err *e);

/* Keep a document; *ret_digest is its sha256. */
int store_put(struct store *s, const void *data, size_t len, struct digest *ret_digest,
              struct err *e);

/* Calls for every blob that lies in the store itself, with its digest and size as they are. Stops
 * at the first negative value and returns it. */
typedef int store_visit(void *user, const struct descriptor *d, struct err *e);
int store_each_blob(struct store *s, store_visit *visit, void *user, struct err *e);

/* Remove a blob whose content does not have its digest. Whether it was so. */
bool store_drop_damaged(struct store *s, const struct digest *digest);

/* --- names --- */

/* One entry of index.json, or of a factory's. */
struct store_entry {
    const struct descriptor *descriptor;
    const char *name; /* NULL: without one */
    bool factory;     /* can't be changed */
    int64_t used;     /* when it was put here or last used, seconds since 1970 */
};

/* All entries as they are now, in index.json's order, the store's own first. What a factory has
 * under a name that the store has, too, is left out. */
struct store_names {
    struct arena arena;
    struct index **indexes; /* which the entries point into, NULL-terminated */
    struct store_entry *items;
    size_t count;
};
int store_list(struct store *s, struct store_names **ret, struct err *e);
void store_names_freep(struct store_names **n);

/* The entry that text means: a name as it stands in index.json, the full form of a reference, or
 * a manifest's digest, which may be cut to six digits when it stays unique (ERR_INVALID if not).
 * ERR_NOT_FOUND with the name in the text. */
int store_find(const struct store_names *names, const char *text, const struct store_entry **ret,
               struct err *e);

enum store_name_mode {
    STORE_NAME_NEW,     /* ERR_EXISTS when the name means another image already */
    STORE_NAME_REPLACE, /* it then means this one; the other stays without a name */
};

/* Give an image a name. The manifest must be here; what it names is not looked for. name NULL: keep
 * the image without one. */
int store_name(struct store *s, const struct descriptor *d, const char *name,
               enum store_name_mode mode, struct err *e);

/* Take one name away; an image without names stays. ERR_NOT_FOUND. */
int store_unname(struct store *s, const char *name, struct err *e);

/* Remove an entry: only the name when by_name and others remain, else all entries of the image,
 * which must be one unless force. Content that nothing else needs is removed at once. ERR_BUSY when
 * a bundle uses the image; with force its content stays until the bundle is gone. */
int store_remove(struct store *s, const struct store_entry *entry, bool by_name, bool force,
                 struct err *e);
