// SPDX-License-Identifier: Apache-2.0
/* fmt.c - the formatter of code that may run after clone(). */
#include "base/fmt.h"

#include <stdbool.h>
#include <stdint.h>

struct out {
    char *buf;
    size_t size, len;
};

static void put(struct out *o, char c)
{
    if (o->len + 1 < o->size)
        o->buf[o->len] = c;
    o->len++;
}

static void put_number(struct out *o, uint64_t value, bool negative, unsigned base, int width,
                       char pad)
{
    char digits[24];
    int n = 0;

    do {
        digits[n++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);
    if (negative && pad == '0')
        put(o, '-');
    for (int i = n + negative; i < width; i++)
        put(o, pad);
    if (negative && pad != '0')
        put(o, '-');
    while (n > 0)
        put(o, digits[--n]);
}

/* One conversion's flags, width, precision and length, as written between '%' and its letter. */
struct spec {
    char pad;
    int width, precision, longs;
};

static const char *parse_spec(const char *p, struct spec *s, va_list *args)
{
    *s = (struct spec){ .pad = ' ', .precision = -1 };
    if (*p == '0') {
        s->pad = '0';
        p++;
    }
    while (*p >= '0' && *p <= '9')
        s->width = s->width * 10 + (*p++ - '0');
    if (p[0] == '.' && p[1] == '*') {
        s->precision = va_arg(*args, int);
        p += 2;
    } else if (p[0] == '.') {
        s->precision = 0;
        for (p++; *p >= '0' && *p <= '9'; p++)
            s->precision = s->precision * 10 + (*p - '0');
    }
    for (; *p == 'l' || *p == 'z'; p++)
        s->longs++; /* size_t is as wide as long on every Linux */
    return p;
}

static void put_signed(struct out *o, const struct spec *s, va_list *args)
{
    int64_t v = s->longs >= 2   ? va_arg(*args, long long)
                : s->longs == 1 ? va_arg(*args, long)
                                : va_arg(*args, int);

    put_number(o, v < 0 ? -(uint64_t)v : (uint64_t)v, v < 0, 10, s->width, s->pad);
}

static void put_unsigned(struct out *o, const struct spec *s, unsigned base, va_list *args)
{
    uint64_t v = s->longs >= 2   ? va_arg(*args, unsigned long long)
                 : s->longs == 1 ? va_arg(*args, unsigned long)
                                 : va_arg(*args, unsigned);

    put_number(o, v, false, base, s->width, s->pad);
}

static void put_string(struct out *o, const struct spec *s, const char *str)
{
    if (!str)
        str = "(null)";
    for (int i = 0; str[i] && (s->precision < 0 || i < s->precision); i++)
        put(o, str[i]);
}

size_t fmt_v(char *buf, size_t size, const char *f, va_list args_in)
{
    struct out o = { buf, size, 0 };
    bool stop = false;
    va_list args;

    va_copy(args, args_in);
    for (const char *p = f; !stop && *p; p++) {
        struct spec s;

        if (*p != '%') {
            put(&o, *p);
            continue;
        }
        p = parse_spec(p + 1, &s, &args);
        switch (*p) {
        case 's':
            put_string(&o, &s, va_arg(args, const char *));
            break;
        case 'c':
            put(&o, (char)va_arg(args, int));
            break;
        case 'd':
        case 'i':
            put_signed(&o, &s, &args);
            break;
        case 'u':
            put_unsigned(&o, &s, 10, &args);
            break;
        case 'x':
            put_unsigned(&o, &s, 16, &args);
            break;
        case 'o':
            put_unsigned(&o, &s, 8, &args);
            break;
        case '%':
            put(&o, '%');
            break;
        default:
            /* Guessing would shift every later argument, so say no more. */
            stop = true;
        }
    }
    va_end(args);
    if (size)
        buf[o.len < size ? o.len : size - 1] = '\0';
    return o.len;
}

size_t fmt(char *buf, size_t size, const char *f, ...)
{
    va_list args;
    size_t n;

    va_start(args, f);
    n = fmt_v(buf, size, f, args);
    va_end(args);
    return n;
}
