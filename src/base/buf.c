// SPDX-License-Identifier: Apache-2.0
/* buf.c - text that grows, and JSON written into it. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_done(struct buf *b)
{
    free(b->data);
    *b = (struct buf){ 0 };
}

static bool make_room(struct buf *b, size_t n)
{
    size_t want = b->len + n + 1;

    if (b->failed)
        return false;
    if (want > b->size) {
        size_t size = b->size ? b->size : 256;
        char *bigger;

        while (size < want)
            size *= 2;
        bigger = realloc(b->data, size);
        if (!bigger) {
            b->failed = true;
            return false;
        }
        b->data = bigger;
        b->size = size;
    }
    return true;
}

void buf_add(struct buf *b, const void *bytes, size_t n)
{
    if (!make_room(b, n))
        return;
    if (n)
        memcpy(b->data + b->len, bytes, n);
    b->len += n;
    b->data[b->len] = '\0';
}

void buf_puts(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list args, again;
    int n;

    va_start(args, fmt);
    va_copy(again, args);
    n = vsnprintf(NULL, 0, fmt, args);
    if (n < 0)
        b->failed = true;
    else if (make_room(b, (size_t)n)) {
        vsnprintf(b->data + b->len, (size_t)n + 1, fmt, again);
        b->len += (size_t)n;
    }
    va_end(again);
    va_end(args);
}

/* Length of the UTF-8 sequence at s, or 0 when it is not one (RFC 3629: no overlong form, no
 * surrogate, nothing past U+10FFFF). Stops at the NUL, which continues nothing. */
static size_t utf8_length(const unsigned char *s)
{
    size_t n = s[0] < 0x80                   ? 1
               : s[0] >= 0xc2 && s[0] < 0xe0 ? 2
               : s[0] >> 4 == 14             ? 3
               : s[0] >= 0xf0 && s[0] < 0xf5 ? 4
                                             : 0;

    for (size_t i = 1; i < n; i++)
        if (s[i] >> 6 != 2)
            return 0;
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
        (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return n;
}

void buf_json_string(struct buf *b, const char *s)
{
    const unsigned char *p = (const unsigned char *)s;

    buf_puts(b, "\"");
    while (*p) {
        size_t n = utf8_length(p);

        if (n == 0) {
            buf_puts(b, "\\ufffd");
            n = 1;
        } else if (*p == '"' || *p == '\\') {
            buf_printf(b, "\\%c", *p);
        } else if (*p < 0x20 || *p == 0x7f) {
            buf_printf(b, "\\u%04x", *p);
        } else {
            buf_add(b, p, n);
        }
        p += n;
    }
    buf_puts(b, "\"");
}
