// SPDX-License-Identifier: Apache-2.0
/* refused.h - changes of a case's configuration that are errors. */
#pragma once

#include "base/buf.h"
#include "recipe.h"

/*
 * list: lines of a change, which is a JSON merge patch (RFC 7396) for config, each with the line
 * below it that says why the result is refused; lines that begin with # are comments. ret is the
 * same list with what is said now. An error when a change is accepted or can't be read.
 */
int refused_retell(const char *config, const char *list, const struct recipe *r, struct buf *ret,
                   struct err *e);
