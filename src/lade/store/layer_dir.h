// SPDX-License-Identifier: Apache-2.0
/*
 * layer_dir.h - layers that lie unpacked in the store, ready to be mounted.
 *
 * key: the layer's diffID, or a chain id where the tree depends on what is below. form: how
 * whiteouts are written, a short word of letters and digits ("trusted", "user"); NULL: only one
 * form.
 */
#pragma once

#include "lade/store/store.h"

struct layer_dir;

struct layer_size {
    uint64_t bytes; /* of regular files */
    uint64_t entries;
};

/* The tree of an unpacked layer as an O_PATH directory descriptor, -ENOENT when it is not there,
 * or another negative errno. ret_path: NULL, or gets the absolute path, malloc'd. */
int layer_dir_open(struct store *s, const struct digest *key, const char *form, char **ret_path);

/* Make one: returns 1 when it is there meanwhile, 0 with *ret. Waits for another process that
 * unpacks the same. */
int layer_dir_begin(struct store *s, const struct digest *key, const char *form,
                    struct layer_dir **ret, struct err *e);
/* The empty directory to unpack into, mode 0755; belongs to d. */
int layer_dir_fd(const struct layer_dir *d);
/* Write out and make visible. */
int layer_dir_end(struct layer_dir *d, const struct layer_size *size, struct err *e);
/* Before the end: what was unpacked is removed. */
void layer_dir_freep(struct layer_dir **d);

/* What was said at the end; zeros when it can't be read. folder: "layers/ALG", name: the layer's.
 */
void layer_dir_size(int folder, const char *name, struct layer_size *ret);
