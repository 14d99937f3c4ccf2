// SPDX-License-Identifier: Apache-2.0
/*
 * changes.h - what a directory holds, or what is different in it, in one fixed order.
 *
 * Names are sorted byte by byte, and a directory comes before what is in it. Links are not followed
 * and nothing but directories is opened, so that a container that is running may change things
 * meanwhile: what vanishes is left out.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <sys/stat.h>

enum changes_form {
    CHANGES_TREE,    /* what is not there has gone */
    CHANGES_OVERLAY, /* an upper directory of overlayfs, whose marks say what has gone */
};

struct changes_source {
    enum changes_form form;
    int root; /* a directory that is open; O_PATH will do */
    /* The tree that it was before; -EBADF: nothing, or for an upper directory, unknown. */
    int lower;
    /* Paths as of struct change, sorted: places that a runtime has made to mount at. New ones that
     * are empty are left out. */
    const char *const *places;
    size_t place_count;
};

enum change_kind {
    CHANGE_ADDED,
    CHANGE_MODIFIED, /* it was there, as something else or with other attributes */
    CHANGE_PASSED,   /* a directory that is as it was, but not what is in it */
    CHANGE_DELETED,
    CHANGE_OPAQUE, /* all that was in this directory has gone; only when lower is not known */
};

struct change {
    enum change_kind kind;
    const char *path;      /* from the root, without a '/' at the ends; "": the root */
    int dir;               /* the directory it is in, and ... */
    const char *name;      /* ... its name there; "." for the root. CHANGE_DELETED: as it was */
    const struct stat *st; /* not of CHANGE_DELETED and CHANGE_OPAQUE */
};

/* 0, or a negative errno with *e filled, which ends the walk. */
typedef int change_visitor(void *user, const struct change *c, struct err *e);

/* The root itself comes first, unless nothing has changed. ERR_UNSUPPORTED for an upper directory
 * that can't be understood alone (redirects, files without content): compare trees then. */
int changes_walk(const struct changes_source *s, change_visitor *visit, void *user, struct err *e);
