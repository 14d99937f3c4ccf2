// SPDX-License-Identifier: Apache-2.0
/* own_ids.h - which user and group ids this process can give to files. */
#pragma once

#include "lade/layer/ids.h"

enum { OWN_IDS_MAX = 32 };

struct own_ids {
    bool host;   /* all of them, in the host's own user namespace or one like it */
    bool single; /* one user and one group: nothing can be given to others */
    struct id_range uids[OWN_IDS_MAX],
        gids[OWN_IDS_MAX]; /* inside and outside the user namespace */
    size_t uid_count, gid_count;
};

int own_ids_read(struct own_ids *ret, struct err *e);

/* As maps that leave ids as they are and know which there are; the ranges are made in the arena. */
int own_ids_maps(const struct own_ids *own, struct arena *arena, struct id_maps *ret,
                 struct err *e);

/* Whether the caller is, or is root for, a user who is not the host's root: what such a user keeps
 * lies in the home directory, and overlayfs marks are in other attributes. */
bool own_ids_are_some(void);

/* The user id of this process in the user namespace around. */
uint32_t own_uid_outside(void);
