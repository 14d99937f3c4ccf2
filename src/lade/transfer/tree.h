// SPDX-License-Identifier: Apache-2.0
/*
 * tree.h - what belongs to an image: the documents from an index down, and the blobs they name.
 *
 * A tree is grown from a source of documents (a registry, the store), following only what was asked
 * for. Documents are in the order in which they must be published: what is named before what
 * names it.
 */
#pragma once

#include "base/arena.h"
#include "lade/document/index.h"
#include "lade/document/manifest.h"

struct tree_document {
    const char *media_type; /* a constant of media_type.h */
    struct digest digest;
    char *data; /* malloc'd */
    size_t size;
    struct index *index; /* one of these */
    struct manifest *manifest;
};

struct tree {
    struct tree_document *documents;
    size_t document_count;
    const struct descriptor *
        *blobs; /* each once; configs before layers; in the manifests' arenas */
    size_t blob_count;
};

/* Which images of an index. */
struct tree_choice {
    const struct platform *platforms; /* in this order; NULL with all */
    size_t count;
    bool all; /* everything that is in there, attestations too */
    /* For all: whether to leave out an entry whose document is not there. */
    bool (*skip)(void *user, const struct descriptor *d);
};

struct tree_source {
    /* The document of a descriptor, verified; *ret malloc'd. */
    int (*read)(void *user, const struct descriptor *d, char **ret, size_t *ret_len, struct err *e);
    void *user;
};

/* root: what the name means, with digest and size of its content; its data is taken over, also in
 * case of failure. media_type may be "": the document says it. */
int tree_grow(const struct tree_source *source, const struct tree_choice *choice,
              const char *media_type, const struct digest *digest, char *data, size_t size,
              struct tree *ret, struct err *e);
void tree_done(struct tree *t);
#define auto_tree __attribute__((__cleanup__(tree_done))) struct tree
