// SPDX-License-Identifier: Apache-2.0
/* get_image.h - an image that a verb works on, pulled when the store does not have it. */
#pragma once

#include "lade/registry_flags.h"
#include "lade/transfer/pull.h"

#define PULL_ROW                                                                                   \
    CHOICE(NULL, "pull", "missing|always|never", pull, 0,                                          \
           "whether the registry is asked for the image (default: missing)")

/* pull: of PULL_ROW. platform: NULL: this machine's. An image that is there under the name is not
 * looked for elsewhere unless "always" is asked for. */
int get_image(struct cli *cli, struct store *store, const char *name,
              const struct registry_flags *flags, int pull, const char *platform, struct err *e);
