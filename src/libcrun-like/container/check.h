// SPDX-License-Identifier: Apache-2.0
/* check.h - what this host offers, and what davit will therefore do. */
#pragma once

#include "base/buf.h"
#include "base/err.h"

/* Add a JSON array of {"area", "what", "found", "so"}, all texts, with a newline at its end. Asks
 * the kernel and looks at files; changes nothing and needs no privileges. */
int check_json(struct buf *ret, struct err *e);

/* The parts. A row: so may be "". */
void check_add(struct buf *b, const char *area, const char *what, const char *found,
               const char *so);
void check_kernel(struct buf *b);
void check_engines(struct buf *b);
