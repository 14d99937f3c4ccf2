// SPDX-License-Identifier: Apache-2.0
/* loading.h - what the ways of loading share: where content comes from, and taking it over. */
#pragma once

#include "lade/archive/load.h"
#include "lade/archive/spool.h"

struct loading {
    struct store *store;
    const struct load_options *options;
    struct spool *spool; /* one of these two is where content comes from */
    struct store *layout;
    size_t images; /* that have been named so far */
};

/* Whether the content is at hand: where it comes from, or in the store already. */
bool loading_has(struct loading *x, const struct digest *digest);

/* A document, checked against the descriptor. */
int loading_read(struct loading *x, const struct descriptor *d, const char *what, char **ret,
                 size_t *ret_len, struct err *e);

/* Take a blob into the store. diff_id: check a layer for it; NULL: none. */
int loading_take(struct loading *x, const struct descriptor *d, const struct digest *diff_id,
                 struct err *e);

/* Check a file of an archive, a layer, for its diffID. */
int loading_check_file(const struct spool_file *f, const struct digest *diff_id, struct err *e);

/* Everything that a manifest or an index leads to, and it itself last. */
int loading_take_all(struct loading *x, const struct descriptor *d, struct err *e);

/* Name what was taken; text: what the archive calls it, or NULL. */
int loading_name(struct loading *x, const struct descriptor *d, const char *text, struct err *e);

/* manifest.json of an archive without a layout. */
int loading_docker(struct loading *x, const struct spool_file *manifests, struct err *e);
