// SPDX-License-Identifier: Apache-2.0
/* coverage.h - which rows and fields the cases have used, so that a new one can't be forgotten. */
#pragma once

#include "plan/plan.h"

enum { COVERAGE_ROWS_MAX = 96 };

struct coverage {
    /* Indexed by enum plan_kind. */
    bool ran[2][COVERAGE_ROWS_MAX], skipped[2][COVERAGE_ROWS_MAX];
    struct plan header;           /* all headers or-ed together */
    unsigned char items[16][256]; /* the same for the items of each list */
    uint32_t flags_unset;         /* flags that some plan does without */
};

void coverage_add(struct coverage *c, const struct plan *p);

/* False, and says what, when something is missing. Rows that always run need not be skipped. */
bool coverage_of_rows(const struct coverage *c, enum plan_kind kind);
bool coverage_of_fields(const struct coverage *c);
