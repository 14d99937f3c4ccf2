// SPDX-License-Identifier: Apache-2.0
/* mount_option.h - --mount, --volume and --tmpfs, in the forms that Docker and podman take. */
#pragma once

#include "lade/bundle/spec.h"

enum mount_kind { MOUNT_BIND, MOUNT_VOLUME, MOUNT_TMPFS };

struct mount_request {
    enum mount_kind kind;
    const char *source; /* bind: a path; volume: a name, NULL: an anonymous one */
    const char *target; /* absolute */
    bool read_only;
    bool no_copy;         /* volume: do not begin with what the image has there */
    bool create;          /* bind: make the source directory when it is absent, as --volume does */
    struct texts options; /* of mount(8), checked by the runtime */
};

/* "type=bind,source=/a,target=/b,readonly". */
int mount_option_parse(struct arena *a, const char *text, struct mount_request *ret, struct err *e);
/* "[SOURCE:]TARGET[:OPTION,...]"; a source without a '/' names a volume. */
int volume_option_parse(struct arena *a, const char *text, struct mount_request *ret,
                        struct err *e);
/* "TARGET[:OPTION,...]". */
int tmpfs_option_parse(struct arena *a, const char *text, struct mount_request *ret, struct err *e);

/* Add it to the spec, in place of what is mounted at its target by default. source: where a volume
 * lies on the host. */
int mount_request_apply(struct spec *s, const struct mount_request *m, const char *source,
                        struct err *e);
