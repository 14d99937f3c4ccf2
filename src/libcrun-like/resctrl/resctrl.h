// SPDX-License-Identifier: Apache-2.0
/*
 * resctrl.h - linux.intelRdt: a group of the resctrl filesystem for the container's processes.
 *
 * What is wanted (resctrl_compile) is pure; where resctrl is mounted comes from a mountinfo file;
 * the rest works on directories.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "config/spec.h"

#include <sys/types.h>

/* One line for the group's "schemata" file; where is its place in the configuration. */
struct resctrl_line {
    const char *where, *text;
};

struct resctrl_wish {
    const char *group; /* directory below the mount; "." is the root, the default class */
    bool may_make;     /* when it is not there */
    bool must_make;    /* it is the container's own: made, and removed with the container */
    bool monitor;      /* mon_groups/ID inside it, the container's own */
    struct resctrl_line *lines; /* in the order in which they are written */
    size_t line_count;
};

/* Texts are in the arena or borrowed from the spec. */
int resctrl_compile(const struct spec_intel_rdt *r, const char *id, struct arena *arena,
                    struct resctrl_wish *ret, struct err *e);

/* Does a "schemata" file say what the line asks for? Domains that the line leaves out may be
 * anything. */
bool resctrl_matches(const char *schemata, const char *line);

/* The mount point of a resctrl filesystem that mountinfo names, malloc'd. ERR_UNSUPPORTED without
 * one. */
int resctrl_find(const char *mountinfo, char **ret, struct err *e);

/* The directories of one container. */
struct resctrl_group {
    char *dir, *monitor; /* malloc'd absolute paths; monitor NULL without */
    bool own;            /* dir is the container's own */
};

void resctrl_group_done(struct resctrl_group *g);

/* Which directories they will be. Fails when what must be there is not, or the other way round;
 * changes nothing. */
int resctrl_locate(const char *root, const struct resctrl_wish *w, const char *id,
                   struct resctrl_group *ret, struct err *e);

/* Make what is missing and write the lines, or compare them with a directory that was there.
 * *ret_made: dir was made now. What was made before a failure is removed. */
int resctrl_make(const struct resctrl_group *g, const struct resctrl_wish *w, bool *ret_made,
                 struct err *e);

/* Write lines for a container that has g, all of them or none. *ret_undo gets what brings back the
 * settings that stood there, malloc'd lines for resctrl_restore(). Of a class that several
 * containers share it is changed for all. */
int resctrl_update(const struct resctrl_group *g, const struct resctrl_line *lines, size_t count,
                   char **ret_undo, struct err *e);
int resctrl_restore(const struct resctrl_group *g, const char *undo, struct err *e);

/* Move a process, with all that it will start, into the group. */
int resctrl_join(const struct resctrl_group *g, pid_t pid, struct err *e);

/* The monitoring group, and dir when it is the container's own. Missing is fine. */
int resctrl_remove(const struct resctrl_group *g, struct err *e);
