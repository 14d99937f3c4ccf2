// SPDX-License-Identifier: Apache-2.0
/* fake_coverage_none.c - an ordinary build counts nothing. */
#include "fake_kernel.h"

void fake_save_coverage(void)
{
}
