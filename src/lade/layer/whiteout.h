// SPDX-License-Identifier: Apache-2.0
/*
 * whiteout.h - names that say what of the layers below is gone, image-spec layer.md "Whiteouts".
 *
 * They say nothing about the layer they are in, wherever in it they stand: what it has put down
 * itself stays.
 */
#pragma once

#include "lade/layer/extract.h"

#include <sys/stat.h>

/* What overlayfs takes for a whiteout. */
bool whiteout_is(const struct stat *st);

/* name: an entry's last component, in the current directory of the walk. Returns 1 when it was a
 * whiteout, 0 when the entry is an ordinary one. */
int whiteout_apply(struct extract *x, const char *name, struct err *e);

/* Behind the last entry: overlayfs never takes the root for opaque, so each name below it that the
 * layer has not put down is hidden for itself. */
int whiteout_finish(struct extract *x, struct err *e);

/* What an entry finds under its name. */
enum room {
    ROOM_FREE,
    ROOM_HIDING,    /* free now; what was there had hidden the layers below, as the entry shall */
    ROOM_DIRECTORY, /* a directory, which stays, as the entry is one, too */
};

/* Make room for an entry: what is there goes. Returns one of the above. */
int whiteout_make_room(struct extract *x, const char *name, bool directory, struct err *e);
