// SPDX-License-Identifier: Apache-2.0
/* media_type.c - the table of media types. */
#include "lade/document/media_type.h"

#include "base/cleanup.h"

#include <string.h>
#include <strings.h>

#define OCI_FOREIGN "application/vnd.oci.image.layer.nondistributable.v1.tar"

static const struct media_type types[] = {
    { MEDIA_OCI_INDEX, MEDIA_INDEX, false, false },
    { MEDIA_OCI_MANIFEST, MEDIA_MANIFEST, false, false },
    { MEDIA_OCI_CONFIG, MEDIA_CONFIG, false, false },
    { MEDIA_OCI_LAYER_GZIP, MEDIA_LAYER, false, false },
    { MEDIA_OCI_LAYER_ZSTD, MEDIA_LAYER, false, false },
    { MEDIA_OCI_LAYER, MEDIA_LAYER, false, false },
    { OCI_FOREIGN, MEDIA_LAYER, false, true },
    { OCI_FOREIGN "+gzip", MEDIA_LAYER, false, true },
    { OCI_FOREIGN "+zstd", MEDIA_LAYER, false, true },
    { MEDIA_OCI_EMPTY, MEDIA_EMPTY, false, false },
    { MEDIA_DOCKER_LIST, MEDIA_INDEX, true, false },
    { MEDIA_DOCKER_MANIFEST, MEDIA_MANIFEST, true, false },
    { MEDIA_DOCKER_CONFIG, MEDIA_CONFIG, true, false },
    { MEDIA_DOCKER_LAYER ".gzip", MEDIA_LAYER, true, false },
    { MEDIA_DOCKER_LAYER, MEDIA_LAYER, true, false },
    { MEDIA_DOCKER_LAYER ".zstd", MEDIA_LAYER, true, false },
    { "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", MEDIA_LAYER, true, true },
    { "application/vnd.docker.image.rootfs.foreign.diff.tar", MEDIA_LAYER, true, true },
    { "application/vnd.docker.distribution.manifest.v1+json", MEDIA_SCHEMA1, true, false },
    { "application/vnd.docker.distribution.manifest.v1+prettyjws", MEDIA_SCHEMA1, true, false },
};

static const struct media_type other = { "", MEDIA_OTHER, false, false };

/* Without parameters and the space in front of them. */
static size_t name_length(const char *text)
{
    return strcspn(text, "; \t");
}

bool media_type_equal(const char *a, const char *b)
{
    size_t n = name_length(a);

    return n == name_length(b) && strncasecmp(a, b, n) == 0;
}

const struct media_type *media_type_find(const char *text)
{
    for (size_t i = 0; text && i < ARRAY_SIZE(types); i++)
        if (media_type_equal(text, types[i].name))
            return &types[i];
    return &other;
}
