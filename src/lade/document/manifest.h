// SPDX-License-Identifier: Apache-2.0
/* manifest.h - an image manifest (manifest.md) or Docker's version 2 schema 2: one image or one
 * artifact. */
#pragma once

#include "lade/document/descriptor.h"
#include "lade/document/media_type.h"

/* More layers than any overlay takes. */
enum { MANIFEST_LAYERS_MAX = 500 };

struct manifest {
    struct arena arena;
    unsigned schema_version;
    char *media_type; /* as the document says, or NULL */
    char *artifact_type;
    struct descriptor config;
    struct descriptor *layers; /* base first */
    size_t layer_count;
    struct descriptor *subject; /* NULL: none */
    struct annotations annotations;
};

/* media_type: as with index_parse(). Docker's schema 1 is ERR_UNSUPPORTED in words. */
int manifest_parse(const char *text, size_t len, const char *media_type, struct manifest **ret,
                   struct err *e);
void manifest_freep(struct manifest **m);

/* NULL for an image; else what kind of artifact it is. */
const char *manifest_artifact_type(const struct manifest *m);

/* ERR_UNSUPPORTED, naming the artifact's type, when it is no image. */
int manifest_require_image(const struct manifest *m, struct err *e);

/* Which of the two a document is: what it says, else what it holds. MEDIA_INDEX or MEDIA_MANIFEST,
 * or an error; *ret_type: its media type, as a constant. */
int document_kind(const char *text, size_t len, const char **ret_type, struct err *e);
