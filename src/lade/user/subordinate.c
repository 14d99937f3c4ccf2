// SPDX-License-Identifier: Apache-2.0
/* subordinate.c - reading lines of /etc/subuid. */
#include "lade/user/subordinate.h"

#include <stdio.h>
#include <string.h>

static bool is_for(const char *line, size_t len, const char *name, uint32_t uid)
{
    char number[16];

    snprintf(number, sizeof number, "%u", uid);
    return (strlen(name) == len && strncmp(line, name, len) == 0) ||
           (strlen(number) == len && strncmp(line, number, len) == 0);
}

/* A decimal number that ends in the character; *p moves behind that. */
static bool take_number(const char **p, char end, uint32_t *ret)
{
    uint64_t n = 0;
    size_t digits = strspn(*p, "0123456789");

    for (size_t i = 0; i < digits && n <= UINT32_MAX; i++)
        n = n * 10 + (uint64_t)((*p)[i] - '0');
    if (digits == 0 || n >= UINT32_MAX || ((*p)[digits] != end && (*p)[digits] != '\0'))
        return false;
    *ret = (uint32_t)n;
    *p += digits + ((*p)[digits] == end);
    return true;
}

size_t subordinate_parse(const char *text, const char *name, uint32_t uid, struct id_range *ret,
                         size_t max)
{
    uint32_t next = 1;
    size_t n = 0;

    for (const char *line = text; *line && n < max;
         line += strcspn(line, "\n"), line += *line == '\n') {
        size_t len = strcspn(line, ":\n");
        const char *p = line + len + 1;
        struct id_range r = { .inside = next };

        if (line[len] != ':' || !is_for(line, len, name, uid) ||
            !take_number(&p, ':', &r.outside) || !take_number(&p, '\n', &r.count) || r.count == 0)
            continue;
        if (r.count > UINT32_MAX - 1 - next)
            r.count = UINT32_MAX - 1 - next;
        if (r.count == 0 || r.outside > UINT32_MAX - r.count)
            continue;
        next += r.count;
        ret[n++] = r;
    }
    return n;
}
