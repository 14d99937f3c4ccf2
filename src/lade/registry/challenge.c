// SPDX-License-Identifier: Apache-2.0
/* challenge.c - WWW-Authenticate, read leniently: servers differ, and a wrong guess is only one
 * more 401. */
#include "lade/registry/challenge.h"

#include "base/cleanup.h"

#include <string.h>
#include <strings.h>

#define TOKEN_CHARACTERS                                                                           \
    "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

static size_t skip_space(const char *text)
{
    return strspn(text, " \t");
}

/* A quoted string or a token at *text, unescaped, into ret. False when it does not fit or holds
 * what no header may; *text moves past it in any case. */
static bool read_value(const char **text, char *ret, size_t size)
{
    const char *p = *text;
    bool quoted = *p == '"', good = true;
    size_t n = 0;

    for (p += quoted; *p && (quoted ? *p != '"' : !strchr(" \t,", *p)); p++) {
        if (quoted && *p == '\\' && p[1])
            p++;
        if ((unsigned char)*p < ' ' || *p == 0x7f || n + 1 >= size)
            good = false;
        else
            ret[n++] = *p;
    }
    ret[n] = '\0';
    if (quoted) {
        good &= *p == '"';
        p += *p == '"';
    }
    *text = p;
    return good;
}

/* `name = value` into the member of that name; others are read past. */
static bool read_parameter(const char **text, size_t name_len, struct challenge *c)
{
    char other[CHALLENGE_TEXT_SIZE];
    const struct {
        const char *name;
        char *to;
        size_t size;
    } members[] = {
        { "realm", c->realm, sizeof c->realm },
        { "service", c->service, sizeof c->service },
        { "scope", c->scope, sizeof c->scope },
        { "error", c->error, sizeof c->error },
    };
    const char *name = *text, *p = name + name_len;

    p += skip_space(p) + 1;
    p += skip_space(p);
    *text = p;
    for (size_t i = 0; i < ARRAY_SIZE(members); i++)
        if (strlen(members[i].name) == name_len &&
            strncasecmp(members[i].name, name, name_len) == 0)
            return read_value(text, members[i].to, members[i].size);
    read_value(text, other, sizeof other);
    return true;
}

static bool is_parameter(const char *text, size_t name_len)
{
    text += name_len + skip_space(text + name_len);
    return name_len > 0 && *text == '=';
}

static enum challenge_scheme scheme_of(const char *text, size_t len)
{
    if (len == 5 && strncasecmp(text, "basic", 5) == 0)
        return CHALLENGE_BASIC;
    if (len == 6 && strncasecmp(text, "bearer", 6) == 0)
        return CHALLENGE_BEARER;
    return CHALLENGE_NONE;
}

static void keep_better(const struct challenge *c, bool good, struct challenge *ret)
{
    if (good && c->scheme > ret->scheme && (c->scheme != CHALLENGE_BEARER || *c->realm))
        *ret = *c;
}

void challenge_parse(const char *text, struct challenge *ret)
{
    struct challenge c = { 0 };
    bool good = true;

    for (;;) {
        size_t n;

        text += strspn(text, " \t,");
        n = strspn(text, TOKEN_CHARACTERS);
        if (!*text)
            break;
        if (is_parameter(text, n)) {
            good &= read_parameter(&text, n, &c);
        } else if (n > 0) {
            keep_better(&c, good, ret);
            c = (struct challenge){ .scheme = scheme_of(text, n) };
            good = true;
            text += n;
        } else {
            text++;
        }
    }
    keep_better(&c, good, ret);
}
