// SPDX-License-Identifier: Apache-2.0
/*
 * media_type.h - the media types of images, image-spec media-types.md, and Docker's equals.
 *
 * A media type is a claim of whoever wrote the document: it says how to read what follows and
 * decides nothing about its content (a layer's compression is seen from its first bytes).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define MEDIA_OCI_INDEX       "application/vnd.oci.image.index.v1+json"
#define MEDIA_OCI_MANIFEST    "application/vnd.oci.image.manifest.v1+json"
#define MEDIA_OCI_CONFIG      "application/vnd.oci.image.config.v1+json"
#define MEDIA_OCI_LAYER       "application/vnd.oci.image.layer.v1.tar"
#define MEDIA_OCI_LAYER_GZIP  MEDIA_OCI_LAYER "+gzip"
#define MEDIA_OCI_LAYER_ZSTD  MEDIA_OCI_LAYER "+zstd"
#define MEDIA_OCI_EMPTY       "application/vnd.oci.empty.v1+json"
#define MEDIA_DOCKER_LIST     "application/vnd.docker.distribution.manifest.list.v2+json"
#define MEDIA_DOCKER_MANIFEST "application/vnd.docker.distribution.manifest.v2+json"
#define MEDIA_DOCKER_CONFIG   "application/vnd.docker.container.image.v1+json"
#define MEDIA_DOCKER_LAYER    "application/vnd.docker.image.rootfs.diff.tar"

enum media_kind {
    MEDIA_OTHER, /* not ours to read; carried as it is */
    MEDIA_INDEX,
    MEDIA_MANIFEST,
    MEDIA_CONFIG,
    MEDIA_LAYER,
    MEDIA_EMPTY,
    MEDIA_SCHEMA1, /* Docker's first manifests: recognised to be refused in words */
};

struct media_type {
    const char *name;
    enum media_kind kind;
    bool docker;
    bool foreign; /* a layer that must not be distributed: never uploaded */
};

/* The row of a type, whose parameters ("; charset=utf-8") and case do not matter. Never NULL: an
 * unknown one gets a row of kind MEDIA_OTHER. text may be NULL. */
const struct media_type *media_type_find(const char *text);

/* Whether both name the same type, known or not. */
bool media_type_equal(const char *a, const char *b);
