// SPDX-License-Identifier: Apache-2.0
/* toml.c - a small reader of TOML. */
#include "lade/registry/toml.h"

#include "base/cleanup.h"

#include <string.h>

enum { TEXT_SIZE = 4096, NESTING_MAX = 8 };

#define BARE_KEY "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

struct parser {
    const char *p;
    const struct toml_handler *handler;
    struct err *e;
    char key[TEXT_SIZE], text[TEXT_SIZE];
};

static int fail(struct parser *s, const char *what)
{
    return err_set(s->e, ERR_INVALID, "%s", what);
}

static void skip_blank(struct parser *s)
{
    s->p += strspn(s->p, " \t");
}

/* Between items of an array: lines and comments, too. */
static void skip_lines(struct parser *s)
{
    for (;;) {
        s->p += strspn(s->p, " \t\r\n");
        if (*s->p != '#')
            return;
        s->p += strcspn(s->p, "\n");
    }
}

static int escaped(char c)
{
    static const char from[] = "btnfr\"\\", to[] = "\b\t\n\f\r\"\\";
    const char *at = c ? strchr(from, c) : NULL;

    return at ? to[at - from] : -1;
}

static int read_string(struct parser *s, char *ret)
{
    char quote = *s->p++;
    size_t n = 0;

    while (*s->p && *s->p != quote) {
        int c = (unsigned char)*s->p++;

        if (c == '\n')
            return fail(s, "a string goes on past its line");
        if (c == '\\' && quote == '"' && (c = escaped(*s->p++)) < 0)
            return fail(s, "an escape that is not known here");
        if (n + 1 >= TEXT_SIZE)
            return fail(s, "a string is too long");
        ret[n++] = (char)c;
    }
    if (!*s->p)
        return fail(s, "a string has no end");
    s->p++;
    ret[n] = '\0';
    return 0;
}

static int read_word(struct parser *s, size_t n, char *ret)
{
    if (n == 0 || n >= TEXT_SIZE)
        return fail(s, "a key or value is missing or too long");
    memcpy(ret, s->p, n);
    ret[n] = '\0';
    s->p += n;
    return 0;
}

static int read_key(struct parser *s, char *ret)
{
    if (*s->p == '"' || *s->p == '\'')
        TRY(read_string(s, ret));
    else
        TRY(read_word(s, strspn(s->p, BARE_KEY), ret));
    skip_blank(s);
    return 0;
}

static int read_value(struct parser *s, unsigned depth, struct toml_value *ret);

static int read_array(struct parser *s, unsigned depth)
{
    struct toml_value item;

    if (depth >= NESTING_MAX)
        return fail(s, "arrays are nested too deeply");
    s->p++;
    for (skip_lines(s); *s->p != ']'; skip_lines(s)) {
        TRY(read_value(s, depth + 1, &item));
        skip_lines(s);
        if (*s->p == ',')
            s->p++;
        else if (*s->p != ']')
            return fail(s, "an array has no end");
    }
    s->p++;
    return 0;
}

static int read_value(struct parser *s, unsigned depth, struct toml_value *ret)
{
    *ret = (struct toml_value){ .kind = TOML_STRING, .text = s->text };
    if (strncmp(s->p, "\"\"\"", 3) == 0 || strncmp(s->p, "'''", 3) == 0)
        return fail(s, "strings of several lines are not read here");
    if (*s->p == '"' || *s->p == '\'')
        return read_string(s, s->text);
    if (*s->p == '[') {
        ret->kind = TOML_ARRAY;
        return read_array(s, depth);
    }
    if (*s->p == '{')
        return fail(s, "inline tables are not read here");
    TRY(read_word(s, strcspn(s->p, " \t\r\n,]#"), s->text));
    ret->truth = strcmp(s->text, "true") == 0;
    if (ret->truth || strcmp(s->text, "false") == 0)
        ret->kind = TOML_BOOL;
    else if (strchr("+-0123456789", *s->text))
        ret->kind = TOML_NUMBER;
    else
        return fail(s, "a value is neither string, number, boolean nor array");
    return 0;
}

/* "[name]" or "[[name]]", with dots between parts. */
static int read_table(struct parser *s)
{
    bool is_item = s->p[1] == '[';
    size_t n;

    s->p += is_item ? 2 : 1;
    skip_blank(s);
    n = strspn(s->p, BARE_KEY ".");
    TRY(read_word(s, n, s->key));
    skip_blank(s);
    if (strncmp(s->p, "]]", is_item ? 2 : 1) != 0)
        return fail(s, "a table's name has no end");
    s->p += is_item ? 2 : 1;
    return s->handler->table(s->handler->user, s->key, is_item, s->e);
}

static int read_pair(struct parser *s)
{
    struct toml_value value;

    TRY(read_key(s, s->key));
    if (*s->p != '=')
        return fail(s, "a key is not followed by '='");
    s->p++;
    skip_blank(s);
    TRY(read_value(s, 0, &value));
    return s->handler->value(s->handler->user, s->key, &value, s->e);
}

static int read_line(struct parser *s)
{
    skip_blank(s);
    if (*s->p == '[')
        TRY(read_table(s));
    else if (*s->p && !strchr("#\r\n", *s->p))
        TRY(read_pair(s));
    skip_blank(s);
    if (*s->p == '#')
        s->p += strcspn(s->p, "\n");
    s->p += *s->p == '\r';
    if (*s->p && *s->p != '\n')
        return fail(s, "something follows the value");
    s->p += *s->p == '\n';
    return 0;
}

static unsigned line_of(const char *text, const char *at)
{
    unsigned line = 1;

    for (; text < at; text++)
        line += *text == '\n';
    return line;
}

int toml_parse(const char *text, const struct toml_handler *handler, struct err *e)
{
    auto_free struct parser *s = calloc(1, sizeof *s);

    if (!s)
        return err_os(e, ENOMEM, "parse TOML");
    s->p = text;
    s->handler = handler;
    s->e = e;
    while (*s->p) {
        const char *line = s->p;

        if (read_line(s) < 0)
            return err_wrap(e, "line %u", line_of(text, line));
    }
    return 0;
}
