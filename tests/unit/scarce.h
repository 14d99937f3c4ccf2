// SPDX-License-Identifier: Apache-2.0
/*
 * scarce.h - memory that runs out at a chosen allocation.
 *
 * The linker leads our own calls of malloc and its kin, and of the arena, to scarce.c (meson.build
 * has the list); those of libraries stay as they are.
 */
#pragma once

#include <stdbool.h>

/* The n-th allocation from now on fails, counted from 1; those before and behind it do not. */
void scarce_begin(unsigned n);
/* Back to plenty. True when the allocation was asked for. */
bool scarce_end(void);
