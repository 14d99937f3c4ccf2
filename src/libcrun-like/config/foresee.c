// SPDX-License-Identifier: Apache-2.0
/* foresee.c - a look at config.json before it is parsed. */
#include "config/foresee.h"

#include <string.h>

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Steps back over white space to the character before p. */
static const char *before(const char *text, const char *p)
{
    while (p > text && is_space(p[-1]))
        p--;
    return p > text ? p - 1 : NULL;
}

/* Is the string at p the value of a member called "type"? */
static bool is_type(const char *text, const char *p)
{
    static const char name[] = "\"type\"";
    const char *colon = before(text, p), *end;

    if (!colon || *colon != ':')
        return false;
    end = before(text, colon);
    return end && end - text >= (long)strlen(name) - 1 &&
           memcmp(end - (strlen(name) - 1), name, strlen(name)) == 0;
}

/* The next place behind p where the namespace is listed, given its name in quotes. */
static const char *find_type(const char *text, const char *p, const char *end, const char *quoted)
{
    while ((p = memmem(p, (size_t)(end - p), quoted, strlen(quoted)))) {
        if (is_type(text, p))
            return p;
        p++;
    }
    return NULL;
}

/* Is there a "path" beside it, in the innermost braces around p? */
static bool has_path(const char *text, const char *p, const char *end)
{
    const char *open = p, *close = memchr(p, '}', (size_t)(end - p));

    while (open > text && *open != '{')
        open--;
    return !close || memmem(open, (size_t)(close - open), "\"path\"", strlen("\"path\""));
}

bool spec_foresees_network(const char *text, size_t len)
{
    const char *end = text + len, *network = find_type(text, text, end, "\"network\"");

    return network && !has_path(text, network, end) && !find_type(text, text, end, "\"user\"");
}
