// SPDX-License-Identifier: Apache-2.0
/*
 * user.h - whom exec's --user means: numbers, or names of the container's own passwd and group.
 *
 * The files are the container's work, so hostile: looked up inside its root, opened only when they
 * are regular files, and read up to a limit. What consists of digits is a number and never looked
 * up, or an entry called "1000" would choose who that is.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct user_ids {
    uint32_t uid, gid;
};

/* Can "USER[:GROUP]" be understood without the files? */
bool user_is_numeric(const char *text);

/* One number, all of the text. */
int user_parse_id(const char *text, uint32_t *ret);

/* rootfd: the container's root directory; not looked at for numbers. A user given by name brings
 * its group along, one given by number has group 0. */
int user_find(int rootfd, const char *text, struct user_ids *ret, struct err *e);
