// SPDX-License-Identifier: Apache-2.0
/* amount.h - sizes and shares as people write them. */
#pragma once

#include "base/err.h"

#include <stdint.h>

/* Bytes: a number with one of the units b, k, m, g, t (powers of 1024), which may be followed by
 * "b" or "ib", in any case. option begins the error ("--memory"). */
int amount_bytes(const char *option, const char *text, int64_t *ret, struct err *e);

/* Processors, "1.5": microseconds of run time in a period of 100,000, at least 1,000. */
int amount_cpus(const char *option, const char *text, int64_t *ret_quota, struct err *e);

/* A whole number in a range. */
int amount_number(const char *option, const char *text, int64_t min, int64_t max, int64_t *ret,
                  struct err *e);

enum { AMOUNT_CPU_PERIOD = 100000 };
