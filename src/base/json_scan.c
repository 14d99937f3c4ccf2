// SPDX-License-Identifier: Apache-2.0
/* json_scan.c - one strict look at a JSON text before json-c sees it. */
#include "base/json_scan.h"

#include "base/fmt.h"
#include "base/json_keys.h"
#include "base/json_path.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Each value costs json-c some 70 bytes, which the size of the text alone does not bound well. */
enum { DEPTH_MAX = 64, VALUES_MAX = 1 << 18 };

/* An open object or array: what is needed to say where we are. */
struct frame {
    const unsigned char *key; /* the member being read; NULL in an array and before the first */
    size_t key_len, index;
    bool is_array;
};

struct scan {
    const unsigned char *text, *p, *end;
    struct frame frames[DEPTH_MAX];
    unsigned depth, values;
    struct json_keys keys;
    struct err *e;
};

static int scan_value(struct scan *s);

static int fail_here(struct scan *s, const char *what)
{
    size_t line = 1, column = 1;

    for (const unsigned char *p = s->text; p < s->p; p++) {
        column = *p == '\n' ? 1 : column + 1;
        line += *p == '\n';
    }
    return err_set(s->e, ERR_INVALID, "invalid JSON at line %zu, column %zu: %s", line, column,
                   what);
}

/* For what is JSON but not acceptable: the path says more than the line. */
static int fail_value(struct scan *s, const char *what)
{
    struct json_path path = { 0 };

    for (unsigned i = 0; i < s->depth; i++) {
        if (s->frames[i].is_array)
            json_path_index(&path, s->frames[i].index);
        else if (s->frames[i].key)
            json_path_key(&path, (const char *)s->frames[i].key, s->frames[i].key_len);
    }
    return err_set(s->e, ERR_INVALID, "%s %s", path.len ? path.text : "the top-level value", what);
}

static int fail_unexpected(struct scan *s, const char *wanted)
{
    char what[80];

    if (s->p == s->end)
        fmt(what, sizeof what, "the text ends where %s should be", wanted);
    else if (*s->p > ' ' && *s->p < 0x7f)
        fmt(what, sizeof what, "'%c' where %s should be", *s->p, wanted);
    else
        fmt(what, sizeof what, "byte 0x%02x where %s should be", *s->p, wanted);
    return fail_here(s, what);
}

static void skip_space(struct scan *s)
{
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\n' || *s->p == '\r' || *s->p == '\t'))
        s->p++;
}

static bool next_is(struct scan *s, char c)
{
    skip_space(s);
    return s->p < s->end && *s->p == (unsigned char)c;
}

/* Length of the well-formed UTF-8 sequence at p, which is not ASCII; 0 when there is none. */
static size_t utf8_length(const unsigned char *p, const unsigned char *end)
{
    size_t n = *p < 0xc2 ? 0 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : *p < 0xf5 ? 4 : 0;

    if (n == 0 || (size_t)(end - p) < n)
        return 0;
    for (size_t i = 1; i < n; i++)
        if (p[i] >> 6 != 2)
            return 0;
    /* Overlong forms, surrogates and what lies beyond U+10FFFF show in the second byte. */
    if ((*p == 0xe0 && p[1] < 0xa0) || (*p == 0xed && p[1] > 0x9f) || (*p == 0xf0 && p[1] < 0x90) ||
        (*p == 0xf4 && p[1] > 0x8f))
        return 0;
    return n;
}

/* The four digits of \uXXXX at p, or -1. */
static int32_t hex4(const unsigned char *p, const unsigned char *end)
{
    int32_t value = 0;

    if (end - p < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        unsigned char c = p[i] | 0x20;

        if (p[i] >= '0' && p[i] <= '9')
            value = value * 16 + (p[i] - '0');
        else if (c >= 'a' && c <= 'f')
            value = value * 16 + (c - 'a' + 10);
        else
            return -1;
    }
    return value;
}

/* s->p is behind "\u". */
static int scan_unicode_escape(struct scan *s)
{
    int32_t unit = hex4(s->p, s->end), low;

    if (unit < 0)
        return fail_here(s, "\\u without four hexadecimal digits");
    if (unit == 0)
        return fail_value(s, "must not contain a NUL character");
    s->p += 4;
    if (unit < 0xd800 || unit > 0xdfff)
        return 0;
    low = s->end - s->p > 2 && s->p[0] == '\\' && s->p[1] == 'u' ? hex4(s->p + 2, s->end) : -1;
    if (unit > 0xdbff || low < 0xdc00 || low > 0xdfff)
        return fail_here(s, "half of a surrogate pair");
    s->p += 6;
    return 0;
}

/* Whatever in a string is not a plain ASCII character. */
static int scan_special(struct scan *s)
{
    size_t n;

    if (*s->p == '\\') {
        s->p++;
        if (s->p == s->end || !memchr("\"\\/bfnrtu", *s->p, 9))
            return fail_unexpected(s, "an escape");
        return *s->p++ == 'u' ? scan_unicode_escape(s) : 0;
    }
    if (*s->p == '\0')
        return fail_value(s, "must not contain a NUL character");
    if (*s->p < ' ')
        return fail_here(s, "a control character inside a string");
    n = utf8_length(s->p, s->end);
    if (n == 0)
        return fail_here(s, "a string is not UTF-8");
    s->p += n;
    return 0;
}

/* s->p is at the opening quote. *ret_escaped: the string has a backslash. */
static int scan_string(struct scan *s, bool *ret_escaped)
{
    s->p++;
    *ret_escaped = false;
    for (;;) {
        while (s->p < s->end && *s->p >= ' ' && *s->p < 0x80 && *s->p != '"' && *s->p != '\\')
            s->p++;
        if (s->p == s->end)
            return fail_here(s, "the text ends inside a string");
        if (*s->p == '"')
            break;
        *ret_escaped |= *s->p == '\\';
        TRY(scan_special(s));
    }
    s->p++;
    return 0;
}

static size_t skip_digits(struct scan *s)
{
    const unsigned char *start = s->p;

    while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
        s->p++;
    return (size_t)(s->p - start);
}

static bool fits_64_bits(const unsigned char *p, const unsigned char *end)
{
    bool negative = *p == '-';
    uint64_t value = 0;

    for (p += negative; p < end; p++)
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, *p - '0', &value))
            return false;
    return !negative || value <= (uint64_t)INT64_MAX + 1;
}

static int scan_number(struct scan *s)
{
    const unsigned char *start = s->p;
    bool is_integer = true;

    s->p += *s->p == '-';
    if (s->p < s->end && *s->p == '0')
        s->p++;
    else if (skip_digits(s) == 0)
        return fail_unexpected(s, "a digit");
    if (s->p < s->end && *s->p == '.') {
        is_integer = false;
        s->p++;
        if (skip_digits(s) == 0)
            return fail_unexpected(s, "a digit");
    }
    if (s->p < s->end && (*s->p | 0x20) == 'e') {
        is_integer = false;
        s->p++;
        if (s->p < s->end && (*s->p == '+' || *s->p == '-'))
            s->p++;
        if (skip_digits(s) == 0)
            return fail_unexpected(s, "a digit");
    }
    if (is_integer && !fits_64_bits(start, s->p))
        return fail_value(s, "must be a number of at most 64 bits");
    return 0;
}

static int scan_literal(struct scan *s)
{
    static const char *const words[] = { "true", "false", "null" };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t n = strlen(words[i]);

        if ((size_t)(s->end - s->p) >= n && memcmp(s->p, words[i], n) == 0) {
            s->p += n;
            return 0;
        }
    }
    return fail_unexpected(s, "a value");
}

static int open_frame(struct scan *s, bool is_array)
{
    if (s->depth == DEPTH_MAX)
        return fail_here(s, "nested deeper than 64 levels");
    s->frames[s->depth++] = (struct frame){ .is_array = is_array };
    s->p++;
    return 0;
}

static int scan_array(struct scan *s)
{
    TRY(open_frame(s, true));
    if (!next_is(s, ']')) {
        for (;;) {
            TRY(scan_value(s));
            if (!next_is(s, ','))
                break;
            s->p++;
            s->frames[s->depth - 1].index++;
        }
    }
    if (!next_is(s, ']'))
        return fail_unexpected(s, "',' or ']'");
    s->p++;
    s->depth--;
    return 0;
}

static int scan_member(struct scan *s)
{
    struct frame *f = &s->frames[s->depth - 1];
    const unsigned char *start;
    bool escaped;

    f->key = NULL;
    if (!next_is(s, '"'))
        return fail_unexpected(s, "a name in quotes");
    start = s->p + 1;
    TRY(scan_string(s, &escaped));
    f->key = start;
    f->key_len = (size_t)(s->p - start) - 1;
    if (json_keys_push(&s->keys, f->key, f->key_len, escaped) < 0)
        return err_os(s->e, ENOMEM, "parse JSON");
    if (!next_is(s, ':'))
        return fail_unexpected(s, "':'");
    s->p++;
    return scan_value(s);
}

static int scan_object(struct scan *s)
{
    size_t first_key = s->keys.count;
    const struct json_key *twice;

    TRY(open_frame(s, false));
    if (!next_is(s, '}')) {
        for (;;) {
            TRY(scan_member(s));
            if (!next_is(s, ','))
                break;
            s->p++;
        }
    }
    if (!next_is(s, '}'))
        return fail_unexpected(s, "',' or '}'");
    s->p++;
    twice = json_keys_duplicate(&s->keys, first_key);
    if (twice) {
        s->frames[s->depth - 1].key = twice->text;
        s->frames[s->depth - 1].key_len = twice->len;
        return fail_value(s, "is given twice");
    }
    s->keys.count = first_key;
    s->depth--;
    return 0;
}

/* Recursion ends with open_frame(). */
static int scan_value(struct scan *s)
{
    bool escaped;

    skip_space(s);
    if (s->p == s->end)
        return fail_unexpected(s, "a value");
    if (s->values++ == VALUES_MAX)
        return fail_here(s, "more than 262144 values");
    switch (*s->p) {
    case '{':
        return scan_object(s);
    case '[':
        return scan_array(s);
    case '"':
        return scan_string(s, &escaped);
    case '-':
    case '0' ... '9':
        return scan_number(s);
    default:
        return scan_literal(s);
    }
}

static int scan_document(struct scan *s)
{
    if (s->end - s->p >= 3 && memcmp(s->p, "\xef\xbb\xbf", 3) == 0)
        return err_set(s->e, ERR_INVALID,
                       "invalid JSON: the text begins with a byte order mark, which must go");
    skip_space(s);
    if (s->p == s->end)
        return err_set(s->e, ERR_INVALID, "invalid JSON: the text is empty");
    TRY(scan_value(s));
    skip_space(s);
    if (s->p != s->end)
        return fail_unexpected(s, "the end of the text");
    return 0;
}

int json_scan(const char *text, size_t len, struct err *e)
{
    struct scan s;
    int rc;

    s.text = s.p = (const unsigned char *)text;
    s.end = s.text + len;
    s.depth = s.values = 0;
    s.e = e;
    json_keys_init(&s.keys);
    rc = scan_document(&s);
    json_keys_done(&s.keys);
    return rc;
}
