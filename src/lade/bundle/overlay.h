// SPDX-License-Identifier: Apache-2.0
/* overlay.h - layers on top of one another by overlayfs. */
#pragma once

#include "base/err.h"

#include <stddef.h>

struct overlay {
    const int *layers; /* directories, the base first */
    size_t count;      /* at least 1 */
    int upper, work;   /* -EBADF: it is only read */
};

/* Mount at a directory, nosuid and nodev only if asked for by the runtime's configuration later. */
int overlay_mount(const struct overlay *o, const char *target, struct err *e);

/* The layers as one tree that nobody else sees: an O_PATH descriptor, whose mount ends with it.
 * scratch: an empty directory to mount at for a moment. */
int overlay_view(const struct overlay *o, const char *scratch, struct err *e);

/* A directory for a moment, in which nobody else can be. */
struct scratch {
    char path[sizeof "/tmp/lade-XXXXXX"]; /* "": none */
};

int scratch_make(struct scratch *s, struct err *e);
void scratch_remove(struct scratch *s);
