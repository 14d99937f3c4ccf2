// SPDX-License-Identifier: Apache-2.0
/*
 * unpack.h - a layer made into files, image-spec layer.md.
 *
 * An archive is hostile. Its paths lead nowhere but into the root: they are walked from directory
 * to directory without following links, links are read and followed by us inside the root, and
 * what is to be created takes the place of what is there and never opens it.
 */
#pragma once

#include "lade/layer/ids.h"
#include "lade/layer/inflate.h"
#include "lade/name/digest.h"
#include "lade/stream/stream.h"

#include <stdbool.h>
#include <stdint.h>

struct unpack_limits {
    uint64_t entries; /* in the archive */
    uint64_t bytes;   /* of the archive when it is not compressed, and of a file with its holes */
    uint64_t ratio;   /* of the archive's bytes to the compressed ones, ... */
    uint64_t ratio_from; /* ... once there are more of them than this */
    uint64_t window;     /* memory that zstd may ask for, a power of two */
};

extern const struct unpack_limits unpack_limits_default;

struct unpack_options {
    int root; /* a directory, open for reading */
    /* The layer alone, with whiteouts and opaque directories as overlayfs wants them; otherwise it
     * is applied to what root holds already. */
    bool overlay;
    bool user_xattrs; /* overlayfs' marks are user.overlay.*, for a mount in a user namespace */
    /* With overlay: the layers below as one tree, from which come the attributes of directories on
     * the way, the targets of hard links and of links in paths, and what there is to hide. -EBADF:
     * not known; whiteouts are written as they come. */
    int lower;
    bool no_devices; /* leave devices out instead of failing: in a user namespace */
    struct id_maps ids;
    /* What belongs to an id that is not mapped, or that can't be set here, stays the caller's, and
     * loses its set-id bits; otherwise it is an error. */
    bool squash_ids;
    bool verified;    /* the bytes are verified by who brings them: their digest is not computed */
    unsigned allowed; /* bits 1 << enum compression that the media type allows; 0: any */
    const struct unpack_limits *limits; /* NULL: the default */
};

struct unpack_result {
    struct digest digest, diff_id; /* of the bytes as they came, and uncompressed; sha256 */
    uint64_t size, diff_size;      /* their numbers */
    enum compression compression;
    uint64_t entries;
    /* Devices, attributes and owners that the options or the filesystem did not take. */
    uint64_t devices_left_out, xattrs_left_out, ids_squashed;
};

/* All of the source is read. After an error the root holds part of the layer. */
int unpack_layer(const struct byte_source *from, const struct unpack_options *options,
                 struct unpack_result *ret, struct err *e);
