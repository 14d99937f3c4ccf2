// SPDX-License-Identifier: Apache-2.0
/* sys_call.h - in place of src/base/sys_call.h: calls go through fake_kernel.c. */
#pragma once

long sys_call(long n, long a, long b, long c, long d, long e, long f);
