// SPDX-License-Identifier: Apache-2.0
/* header.c - response headers and their grammars. */
#include "lade/registry/header.h"

#include "base/fmt.h"

#include <string.h>
#include <strings.h>
#include <time.h>

void headers_done(struct headers *h)
{
    buf_done(&h->lines);
}

void headers_add(struct headers *h, const char *line, size_t len)
{
    if (len >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        h->lines.len = 0;
        return;
    }
    while (len > 0 && strchr("\r\n\t ", line[len - 1]))
        len--;
    /* A NUL inside would make one line two. */
    if (len == 0 || memchr(line, '\0', len) || h->lines.len + len >= HEADERS_MAX)
        return;
    buf_add(&h->lines, line, len);
    buf_add(&h->lines, "", 1);
}

const char *headers_next(const struct headers *h, const char *name, const char *previous)
{
    const char *line = h->lines.data, *end = line + h->lines.len;
    size_t n = strlen(name);

    if (h->lines.failed || !line)
        return NULL;
    for (; line < end; line += strlen(line) + 1)
        if (line >= (previous ? previous : line) && strncasecmp(line, name, n) == 0 &&
            line[n] == ':')
            return line + n + 1 + strspn(line + n + 1, " \t");
    return NULL;
}

const char *headers_get(const struct headers *h, const char *name)
{
    return headers_next(h, name, NULL);
}

/* Digits at *text, which moves past them. */
static bool read_number(const char **text, uint64_t *ret)
{
    const char *p = *text;
    uint64_t value = 0;

    if (*p < '0' || *p > '9')
        return false;
    for (; *p >= '0' && *p <= '9'; p++) {
        if (value > (INT64_MAX - 9) / 10)
            return false;
        value = value * 10 + (uint64_t)(*p - '0');
    }
    *text = p;
    *ret = value;
    return true;
}

bool content_range_parse(const char *text, uint64_t *ret_first, uint64_t *ret_last,
                         uint64_t *ret_total)
{
    uint64_t first, last, total;

    if (strncasecmp(text, "bytes", 5) != 0)
        return false;
    text += 5 + strspn(text + 5, " ");
    if (!read_number(&text, &first) || *text++ != '-' || !read_number(&text, &last) ||
        *text++ != '/' || !read_number(&text, &total) || *text)
        return false;
    if (first > last || last >= total)
        return false;
    *ret_first = first;
    *ret_last = last;
    *ret_total = total;
    return true;
}

bool upload_range_parse(const char *text, uint64_t *ret_received)
{
    uint64_t first, last;

    if (strncasecmp(text, "bytes=", 6) == 0)
        text += 6;
    if (!read_number(&text, &first) || first != 0 || *text++ != '-')
        return false;
    if (!read_number(&text, &last) || *text)
        return false;
    *ret_received = last ? last + 1 : 0;
    return true;
}

bool retry_after_parse(const char *text, int64_t now, uint64_t *ret_milliseconds)
{
    const char *p = text;
    struct tm tm = { 0 };
    uint64_t seconds;
    int64_t then;

    if (read_number(&p, &seconds)) {
        if (*p || seconds > INT32_MAX)
            return false;
        *ret_milliseconds = seconds * 1000;
        return true;
    }
    /* The one form that a sender may write today (IMF-fixdate); names are English in every locale
     * that a program has which never calls setlocale(). */
    p = strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &tm);
    if (!p || *p)
        return false;
    then = timegm(&tm);
    *ret_milliseconds = then > now ? (uint64_t)(then - now) * 1000 : 0;
    return true;
}

/* Past the parameters of one link: quoted strings may hold commas. *ret_next: one is rel="next". */
static const char *skip_parameters(const char *p, bool *ret_next)
{
    *ret_next = false;
    while (*p && *p != ',') {
        p += strspn(p, "; \t");
        if (strncasecmp(p, "rel", 3) == 0 && p[3 + strspn(p + 3, " \t")] == '=') {
            p += 3 + strspn(p + 3, " \t=");
            *ret_next |= strncasecmp(p, "next", 4) == 0 &&
                         !strchr("-abcdefghijklmnopqrstuvwxyz", p[4] ? p[4] : ';');
            *ret_next |= strncasecmp(p, "\"next\"", 6) == 0;
        }
        while (*p && !strchr(",;", *p)) {
            const char *quote = *p == '"' ? strchr(p + 1, '"') : NULL;

            p = quote ? quote + 1 : p + 1;
        }
    }
    return p;
}

bool link_next_parse(const char *text, char *ret, size_t size)
{
    while ((text = strchr(text, '<'))) {
        const char *end = strchr(text, '>');
        const char *target = text + 1;
        bool next;

        if (!end)
            return false;
        text = skip_parameters(end + 1, &next);
        if (next)
            return fmt(ret, size, "%.*s", (int)(end - target), target) < size;
    }
    return false;
}

bool warning_parse(const char *text, char *ret, size_t size)
{
    const char *begin, *end;

    if (strncmp(text, "299 ", 4) != 0)
        return false;
    begin = strchr(text, '"');
    end = begin ? strrchr(begin + 1, '"') : NULL;
    if (!end)
        return false;
    fmt(ret, size, "%.*s", (int)(end - begin - 1), begin + 1);
    return true;
}
