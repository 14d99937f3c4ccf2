// SPDX-License-Identifier: Apache-2.0
/* version.c - the ociVersion property. */
#include "config/version.h"

#include <stddef.h>
#include <string.h>

/* Not <ctype.h>: a library does not choose its program's locale. */
static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

/* Behind a number without leading zeros, or NULL. */
static const char *skip_number(const char *p)
{
    if (*p == '0')
        return p + 1;
    if (!is_digit(*p))
        return NULL;
    while (is_digit(*p))
        p++;
    return p;
}

/* Behind dot-separated, non-empty words of letters, digits and hyphens, or NULL. */
static const char *skip_words(const char *p)
{
    for (;; p++) {
        const char *start = p;

        while (is_word(*p))
            p++;
        if (p == start)
            return NULL;
        if (*p != '.')
            return p;
    }
}

bool version_is_semantic(const char *text)
{
    const char *p = text;

    for (int i = 0; i < 3; i++) {
        if (i > 0 && *p++ != '.')
            return false;
        p = skip_number(p);
        if (!p)
            return false;
    }
    if (*p == '-')
        p = skip_words(p + 1);
    if (p && *p == '+')
        p = skip_words(p + 1);
    return p && *p == '\0';
}

bool version_is_supported(const char *text)
{
    return strncmp(text, "1.", 2) == 0;
}
