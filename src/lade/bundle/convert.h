// SPDX-License-Identifier: Apache-2.0
/* convert.h - what an image wants, put into a spec: image-spec conversion.md. */
#pragma once

#include "lade/bundle/label.h"
#include "lade/bundle/spec.h"
#include "lade/document/image_config.h"

struct convert_options {
    const struct label_rules *rules; /* NULL: trust every label */
    const char *user;                /* instead of the image's; NULL: the image's */
    const char *entrypoint;          /* instead of the image's, which drops its Cmd, too; NULL */
    const char *working_dir;         /* NULL: the image's */
    char **args;                     /* instead of the image's Cmd; n_args 0: none */
    int n_args;
};

/* rootfd: the image's root, for names of users. The spec borrows texts of image and options.
 * *ret_withheld: how many labels were not passed on under their own name, but as WITHHELD_PREFIX +
 * name. */
int spec_from_image(struct spec *s, const struct image_config *image, int rootfd,
                    const struct convert_options *options, size_t *ret_withheld, struct err *e);

#define WITHHELD_PREFIX "io.davit.withheld."
