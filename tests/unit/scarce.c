// SPDX-License-Identifier: Apache-2.0
/* scarce.c - memory that runs out at a chosen allocation. */
#include "scarce.h"

#include "base/arena.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned left; /* 0: memory is plenty */
static bool reached;

void scarce_begin(unsigned n)
{
    left = n;
    reached = false;
}

bool scarce_end(void)
{
    left = 0;
    return reached;
}

static bool is_out(void)
{
    if (!left || --left)
        return false;
    reached = true;
    errno = ENOMEM;
    return true;
}

/* Defines what the linker calls in the place of name. */
#define SCARCE(type, name, parameters, arguments)                                                  \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        return is_out() ? NULL : __real_##name arguments;                                          \
    }

SCARCE(void *, malloc, (size_t size), (size))
SCARCE(void *, calloc, (size_t n, size_t size), (n, size))
SCARCE(void *, realloc, (void *p, size_t size), (p, size))
SCARCE(void *, reallocarray, (void *p, size_t n, size_t size), (p, n, size))
SCARCE(char *, strdup, (const char *s), (s))
SCARCE(char *, strndup, (const char *s, size_t n), (s, n))
SCARCE(void *, arena_alloc, (struct arena * a, size_t n, size_t size), (a, n, size))
SCARCE(char *, arena_memdup, (struct arena * a, const char *s, size_t len), (a, s, len))
SCARCE(char *, arena_strdup, (struct arena * a, const char *s), (a, s))

/* There is no way to hand variable arguments on to the real one. */
char *__wrap_arena_printf(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

char *__wrap_arena_printf(struct arena *a, const char *fmt, ...)
{
    char text[8192];
    va_list args;

    if (is_out())
        return NULL;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return __real_arena_strdup(a, text);
}

int __wrap_vasprintf(char **ret, const char *fmt, va_list args)
    __attribute__((format(printf, 2, 0)));
int __real_vasprintf(char **ret, const char *fmt, va_list args)
    __attribute__((format(printf, 2, 0)));

int __wrap_vasprintf(char **ret, const char *fmt, va_list args)
{
    return is_out() ? -1 : __real_vasprintf(ret, fmt, args);
}
