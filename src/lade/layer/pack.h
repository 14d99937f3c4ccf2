// SPDX-License-Identifier: Apache-2.0
/*
 * pack.h - files made into a layer, image-spec layer.md "Creating".
 *
 * The same tree becomes the same bytes: names sorted, numeric owners without names, no times but
 * that of the last change, whiteouts without any attributes.
 */
#pragma once

#include "lade/layer/changes.h"
#include "lade/layer/ids.h"
#include "lade/layer/inflate.h"
#include "lade/name/digest.h"

struct pack_options {
    struct changes_source source;
    enum compression compression;
    int level; /* see compress_new() */
    /* Later times become this one (SOURCE_DATE_EPOCH). */
    bool clamp;
    int64_t clamp_to;   /* seconds since 1970 */
    struct id_maps ids; /* as they were when it was unpacked */
};

struct pack_result {
    struct digest digest, diff_id; /* of the compressed and of the plain archive; sha256 */
    uint64_t size, diff_size;      /* bytes of them */
    uint64_t entries;              /* 0: nothing has changed */
    uint64_t sockets_left_out;
};

/* ERR_UNSUPPORTED: see changes_walk(). */
int pack_layer(const struct pack_options *options, const struct byte_sink *to,
               struct pack_result *ret, struct err *e);
