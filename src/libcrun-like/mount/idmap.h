// SPDX-License-Identifier: Apache-2.0
/* idmap.h - the mappings that crun's form of the mount option carries with it. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "config/spec.h"

/* In the arena. */
struct mount_idmap {
    struct spec_id_mapping *uids, *gids;
    size_t uid_count, gid_count;
};

/* text: what follows "idmap=", such as "uids=0-1000-10#10-2000-1;gids=@0-1-10". A range is the
 * first id on disk, the first id on the host and the number of ids; with '@' the second one is an
 * id of the container, in its new user namespace. */
int mount_idmap_parse(const char *text, const struct spec_linux *l, struct arena *arena,
                      struct mount_idmap *ret, struct err *e);
