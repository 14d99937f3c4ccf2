// SPDX-License-Identifier: Apache-2.0
/* changes_compare.h - the names in a directory, and whether a name is the same in two trees. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

/* Without "." and "..", sorted byte by byte. */
struct names {
    struct arena arena;
    char **items;
    size_t count, room;
};

/* dir: O_PATH will do. */
int names_read(int dir, struct names *ret, struct err *e);
bool names_have(const struct names *n, const char *name);
void names_done(struct names *n);

/* True when both are alike in kind, owner, mode, time, target, number and attributes, and files in
 * size, too; content is not read. The time of a directory does not count, as it changes with what
 * is in it. Returns 1 or 0. */
int compare_names(int dir, const struct stat *st, int lower, const struct stat *lower_st,
                  const char *name, struct err *e);
