// SPDX-License-Identifier: Apache-2.0
/*
 * json_scan.h - one strict look at a JSON text before json-c sees it.
 *
 * json-c keeps the last of two equal names, cuts strings at NUL for C callers, takes a depth of 32
 * or whatever it is told, and saturates large integers in its older versions. A configuration that
 * two programs read differently is a hole, so all of that is refused here, in one pass.
 */
#pragma once

#include "base/err.h"

#include <stddef.h>

/*
 * Refuse a text that is not exactly one RFC 8259 document in UTF-8 without a byte order mark, or
 * that has duplicate names in an object, a NUL anywhere (also as an escape), an unpaired surrogate,
 * more than 64 levels or 262144 values, or an integer beyond 64 bits. text need not be
 * NUL-terminated.
 */
int json_scan(const char *text, size_t len, struct err *e);
