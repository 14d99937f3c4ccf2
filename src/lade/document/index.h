// SPDX-License-Identifier: Apache-2.0
/*
 * index.h - an index (image-index.md) or Docker's manifest list: several manifests under one name.
 *
 * The index.json of an image layout is one, too.
 */
#pragma once

#include "lade/document/descriptor.h"

/* How deep indexes may nest, and how many manifests all of them may hold together. */
enum { INDEX_DEPTH_MAX = 4, INDEX_MANIFESTS_MAX = 1000 };

struct index {
    struct arena arena;
    unsigned schema_version;
    char *media_type; /* as the document says, or NULL */
    char *artifact_type;
    struct descriptor *manifests;
    size_t count;
    struct descriptor *subject; /* NULL: none */
    struct annotations annotations;
};

/* media_type: what the descriptor or the Content-Type has announced, NULL when nothing did. A
 * document that says otherwise, or that could also be read as a manifest, is refused. */
int index_parse(const char *text, size_t len, const char *media_type, struct index **ret,
                struct err *e);
void index_freep(struct index **i);

/* How many entries are images, or indexes of such. */
size_t index_images(const struct index *i);

/* The manifest for a platform: the best by platform_rank(), the first of equals. Entries that are
 * no images (attestations, unknown media types) are never chosen; a nested index may be. wanted
 * NULL: the only image, or an error that names the choice. ERR_NOT_FOUND when nothing fits. */
int index_choose(const struct index *i, const struct platform *wanted,
                 const struct descriptor **ret, struct err *e);
