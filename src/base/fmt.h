// SPDX-License-Identifier: Apache-2.0
/*
 * fmt.h - a formatter that needs no C library, for code that runs after clone().
 *
 * Knows %s %.*s %.80s %c %d %i %u %x %o %% with the length modifiers l, ll and z, a zero flag and a
 * width. An unknown conversion stops the output (it never guesses at arguments).
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

/* Like vsnprintf/snprintf: always terminates (size > 0), returns the length that was wanted. */
size_t fmt_v(char *buf, size_t size, const char *fmt, va_list args);
size_t fmt(char *buf, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
