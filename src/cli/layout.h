// SPDX-License-Identifier: Apache-2.0
/* layout.h - how a help text is set. */
#pragma once

#include "base/buf.h"
#include "cli/option.h"

/* Goes on at column at of a line with text that begins at column, broken between words so that no
 * line is longer than 80 columns; ends the line. */
void layout_wrapped(struct buf *b, size_t at, size_t column, const char *text);

/* A table's options with their help, and --help. */
void layout_options(struct buf *b, const struct option *options);
