// SPDX-License-Identifier: Apache-2.0
/* extract.h - one entry of an archive after the other, put into the root. */
#pragma once

#include "lade/layer/made.h"
#include "lade/layer/tar.h"
#include "lade/layer/unpack.h"
#include "lade/layer/walk.h"

struct extract {
    const struct unpack_options *options;
    const struct unpack_limits *limits;
    struct unpack_result *result;
    struct walk walk;
    struct made made; /* when the layer is applied to what is there */
    bool fresh;       /* the root was empty, and no entry has come yet */
    uint8_t *buffer;  /* EXTRACT_BUFFER bytes of file content */
};

enum { EXTRACT_BUFFER = 256 * 1024 };

int extract_init(struct extract *x, const struct unpack_options *options,
                 const struct unpack_limits *limits, struct unpack_result *result, struct err *e);
void extract_done(struct extract *x);

/* The entry that tar_next() gave; its content is read from t. */
int extract_entry(struct extract *x, struct tar *t, const struct tar_entry *entry, struct err *e);

/* Behind the last entry. */
int extract_finish(struct extract *x, struct err *e);
