// SPDX-License-Identifier: Apache-2.0
/* image_config.h - what an image says about itself and how it wants to be run, image-spec
 * config.md. What Docker adds is read where it means the same. */
#pragma once

#include "lade/document/descriptor.h"

struct image_history {
    char *created, *created_by, *author, *comment; /* NULL: not said */
    bool empty_layer;
};

struct image_config {
    struct arena arena;
    char *created, *author;
    struct platform platform;
    struct text_list os_features;
    /* Of "config"; NULL or empty when not said. */
    char *user, *working_dir, *stop_signal;
    struct text_list env, entrypoint, cmd;
    struct text_list volumes, ports; /* the keys */
    struct annotations labels;
    bool has_healthcheck;
    struct text_list shell, on_build;
    bool args_escaped;
    /* Of "rootfs" and "history". */
    struct digest *diff_ids; /* base first */
    size_t diff_id_count;
    struct image_history *history;
    size_t history_count;
};

int image_config_parse(const char *text, size_t len, struct image_config **ret, struct err *e);

/* ERR_INVALID when the config says that the image is for another platform (R25). */
int image_config_check(const struct image_config *c, const struct platform *wanted, struct err *e);

void image_config_freep(struct image_config **c);
