// SPDX-License-Identifier: Apache-2.0
/* get_image.h - an image that a verb works on, pulled when the store does not have it. */
#pragma once

#include "lade/registry_flags.h"
#include "lade/transfer/pull.h"
#include "lade/trust_flags.h"

#define PULL_ROW                                                                                   \
    CHOICE(NULL, "pull", "missing|always|never", pull, 0,                                          \
           "whether the registry is asked for the image (default: missing)")

/* Which image, and how it may come. */
struct image_wanted {
    const char *name;
    const char *platform; /* NULL: this machine's */
    bool strict_platform;
    int pull;      /* of PULL_ROW */
    bool unpacked; /* its layers will be wanted unpacked for overlayfs */
    const struct registry_flags *registry;
    const struct trust_flags *trust;
};

/* An image that is there under the name is not looked for elsewhere unless "always" is asked for.
 * With keys it is there afterwards and signed; *ret_signed is what was signed, else its text is "".
 */
int get_image(struct cli *cli, struct store *store, const struct image_wanted *w,
              struct digest *ret_signed, struct err *e);
