// SPDX-License-Identifier: Apache-2.0
/*
 * account.h - whom a user's name means: numbers, or names of a root's own /etc/passwd and group.
 *
 * The files are a container's work, so hostile: looked up inside its root, opened only when they
 * are regular files, and read up to a limit. What consists of digits is a number and never looked
 * up as a name, or an entry called "1000" would choose who that is.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct account {
    uint32_t uid, gid;
};

/* Can "USER[:GROUP]" be understood without the files? */
bool account_is_numeric(const char *text);

/* One number, all of the text, and none that the kernel takes for "no change". Returns 0, -EINVAL
 * or -ERANGE. */
int account_parse_id(const char *text, uint32_t *ret);

/* rootfd: the root directory; not looked at for numbers. A user given by name brings its group
 * along, one given by number has group 0. */
int account_find(int rootfd, const char *text, struct account *ret, struct err *e);

/* The group that passwd gives to a number; 0 when it, or the file, does not know it. */
int account_group_of(int rootfd, uint32_t uid, uint32_t *ret, struct err *e);

/* The groups that have the user of that name (up to ':' or the end) as a member, in the arena.
 * None when there is no group file. */
int account_groups(int rootfd, const char *name, struct arena *arena, uint32_t **ret,
                   size_t *ret_count, struct err *e);
