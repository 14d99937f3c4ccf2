// SPDX-License-Identifier: Apache-2.0
/* options.h - what the strings in mounts[].options mean (runtime-spec config.md, "Linux mount
 * options"). */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "config/spec.h"

#include <stdbool.h>
#include <stdint.h>

enum { MOUNT_PROPAGATIONS_MAX = 4 };

/* One mount's options, later ones overriding earlier ones. */
struct mount_options {
    uint64_t set,
        clear; /* MOUNT_ATTR_* for this mount; an atime mode also clears MOUNT_ATTR__ATIME */
    uint64_t rec_set, rec_clear; /* the same for the whole tree (rro, rnosuid, ...) */
    uint32_t sb_set,
        sb_clear; /* superblock flags as MS_* (sync, dirsync, mand, lazytime, silent, iversion) */
    uint32_t propagation[MOUNT_PROPAGATIONS_MAX]; /* MS_SHARED, MS_SLAVE, ... maybe with MS_REC, in
                                                     the written order */
    unsigned propagation_count;
    bool bind, recursive_bind; /* bind or the type of that name, rbind */
    bool remount;
    bool idmap, recursive_idmap; /* idmap; ridmap sets both */
    const char *idmap_ranges;    /* what follows "idmap=" or "ridmap="; NULL without */
    bool copy_up;                /* tmpcopyup */
    char *data; /* what is left: options of the filesystem, comma-joined; NULL if none */
};

/* where is the configuration path for errors, such as "mounts[3]". Strings live in the arena. */
int mount_options_parse(const struct spec_mount *m, const char *where, struct arena *arena,
                        struct mount_options *ret, struct err *e);

/* Every option name that is understood, sorted, for `features`. */
const char *const *mount_options_names(size_t *ret_count);
