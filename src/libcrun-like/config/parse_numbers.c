// SPDX-License-Identifier: Apache-2.0
/* parse_numbers.c - lists of CPUs and memory nodes such as "0-3,7", the list format of cpuset(7).
 */
#include "config/parse.h"

#include "base/cleanup.h"

/* Kernels are built for at most 8192 CPUs and 1024 nodes. */
enum { NUMBER_MAX = 8191, BITS = 64 };

/* Digits only; *ret grows past NUMBER_MAX no further than it must to be seen. */
static bool take_number(const char **text, unsigned *ret)
{
    const char *p = *text;

    for (*ret = 0; *p >= '0' && *p <= '9'; p++)
        if (*ret <= NUMBER_MAX)
            *ret = *ret * 10 + (unsigned)(*p - '0');
    if (p == *text)
        return false;
    *text = p;
    return true;
}

static bool take_range(const char **text, unsigned *ret_first, unsigned *ret_last)
{
    if (!take_number(text, ret_first))
        return false;
    *ret_last = *ret_first;
    if (**text != '-')
        return true;
    ++*text;
    return take_number(text, ret_last) && *ret_first <= *ret_last;
}

int spec_read_numbers(const struct json_at *at, void *ret, struct err *e)
{
    struct spec_numbers *set = ret;
    unsigned first, last;
    char *text = NULL;
    const char *p;

    TRY(json_read_string(at, JSON_EMPTY_NULL, &text, e));
    if (!text)
        return 0;
    set->words = arena_new(at->doc->arena, NUMBER_MAX / BITS + 1, uint64_t);
    if (!set->words)
        return json_no_memory(e);
    for (p = text;; p++) {
        if (!take_range(&p, &first, &last) || (*p && *p != ','))
            return json_error(at, e, "must be a list such as 0-3,7, not '%.*s'", 80, text);
        if (last > NUMBER_MAX)
            return json_error(at, e, "has a number above %d", NUMBER_MAX);
        for (unsigned n = first; n <= last; n++)
            set->words[n / BITS] |= UINT64_C(1) << n % BITS;
        if (last / BITS >= set->count)
            set->count = last / BITS + 1;
        if (!*p)
            return 0;
    }
}
