// SPDX-License-Identifier: Apache-2.0
/* image.h - one image in the store with its documents: from an entry to a manifest and a config. */
#pragma once

#include "lade/document/image_config.h"
#include "lade/document/index.h"
#include "lade/document/manifest.h"
#include "lade/store/store.h"

struct image {
    struct index *indexes[INDEX_DEPTH_MAX]; /* on the way to the manifest, NULL-padded */
    const struct descriptor *descriptor;    /* the manifest's; lives in the last index, or is the
                                               caller's */
    char *manifest_text, *config_text;      /* as they are stored */
    size_t manifest_len, config_len;
    struct manifest *manifest;
    struct image_config *config; /* NULL: an artifact (manifest_artifact_type()) */
};

/* Follow d, which must outlive the image. In an index the manifest for wanted is taken; NULL: the
 * only one. An image has as many diffIDs as layers, or it is ERR_INVALID. */
int image_open(struct store *s, const struct descriptor *d, const struct platform *wanted,
               struct image **ret, struct err *e);
void image_freep(struct image **i);
#define auto_image __attribute__((__cleanup__(image_freep))) struct image

/* Bytes of config and layers, as they are stored. */
uint64_t image_size(const struct image *i);
