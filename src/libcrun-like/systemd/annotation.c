// SPDX-License-Identifier: Apache-2.0
/* annotation.c - properties of the unit from annotations, in the text format of GVariant that other
 * runtimes take, too. */
#include "systemd/systemd.h"

#include "base/cleanup.h"
#include "systemd/words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char prefix[] = "org.systemd.property.";

static int refuse(const char *name, const char *value, struct err *e)
{
    return err_set(e, ERR_INVALID,
                   "annotations['%s%s']: '%s' is none of 'text', true, false, uint64 N (uint32, "
                   "int32, int64) and ['text', ...]",
                   prefix, name, value);
}

static const char *skip_space(const char *s)
{
    return s + strspn(s, " \t\n");
}

/* A string in quotes; returns what follows it, or NULL. */
static const char *take_string(const char *s, struct buf *ret)
{
    char quote = *s++;

    if (quote != '\'' && quote != '"')
        return NULL;
    for (; *s && *s != quote; s++) {
        if (*s == '\\' && !*++s)
            return NULL;
        buf_add(ret, s, 1);
    }
    buf_add(ret, "", 1);
    return *s ? s + 1 : NULL;
}

/* ['a', 'b']: how many there were, or -1. */
static int take_strings(const char *s, struct buf *ret)
{
    int count = 0;

    for (s = skip_space(s + 1); *s != ']'; count++) {
        s = take_string(s, ret);
        if (!s)
            return -1;
        s = skip_space(s);
        if (*s != ',' && *s != ']')
            return -1;
        s = skip_space(s + (*s == ','));
    }
    return *skip_space(s + 1) ? -1 : count;
}

static bool is_number(const char *s)
{
    s += *s == '-';
    return *s && s[strspn(s, "0123456789")] == '\0';
}

/* "uint64 5"; a number alone is an int32. */
static bool add_number(struct buf *request, const char *name, const char *value)
{
    static const struct {
        const char *type, *signature;
    } types[] = {
        { "uint64 ", "t" }, { "uint32 ", "u" }, { "int64 ", "x" }, { "int32 ", "i" }, { "", "i" }
    };

    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        size_t len = strlen(types[i].type);

        if (!strncmp(value, types[i].type, len) && is_number(skip_space(value + len))) {
            words_add_property(request, name, types[i].signature, skip_space(value + len));
            return true;
        }
    }
    return false;
}

static int add_value(struct buf *request, const char *name, const char *value, struct err *e)
{
    auto_buf text = { 0 };
    const char *s = skip_space(value), *rest;
    int count;

    if (!strcmp(s, "true") || !strcmp(s, "false")) {
        words_add_property(request, name, "b", s);
    } else if (*s == '[') {
        count = take_strings(s, &text);
        if (count < 0)
            return refuse(name, value, e);
        words_begin_property(request, name, "as", (size_t)count);
        if (count)
            buf_add(request, text.data, text.len);
    } else if (*s == '\'' || *s == '"') {
        rest = take_string(s, &text);
        if (!rest || *skip_space(rest))
            return refuse(name, value, e);
        words_add_property(request, name, "s", text.data ? text.data : "");
    } else if (!add_number(request, name, s)) {
        return refuse(name, value, e);
    }
    return buf_failed(&text) ? err_os(e, ENOMEM, "annotations") : 0;
}

/* "TimeoutStopSec", in seconds, is a name of unit files; on the bus it is "TimeoutStopUSec". */
static int add_seconds(struct buf *request, const char *name, size_t stem, const char *value,
                       struct err *e)
{
    static const char *const types[] = { "uint64 ", "uint32 ", "int64 ", "int32 ", "double " };
    auto_buf usec = { 0 };
    const char *s = skip_space(value);
    char number[32], *end;
    double seconds;

    for (size_t i = 0; i < ARRAY_SIZE(types); i++)
        if (!strncmp(s, types[i], strlen(types[i])))
            s += strlen(types[i]);
    seconds = strtod(s, &end);
    if (end == s || *skip_space(end) || !(seconds >= 0 && seconds < 1e12))
        return refuse(name, value, e);
    buf_printf(&usec, "%.*sUSec", (int)stem, name);
    snprintf(number, sizeof number, "%.0f", seconds * 1e6);
    if (buf_failed(&usec))
        return err_os(e, ENOMEM, "annotations");
    words_add_property(request, usec.data, "t", number);
    return 0;
}

static int check_name(const char *name, struct err *e)
{
    static const char *const ours[] = { "PIDs", "Slice", "Delegate", "DelegateControllers" };

    for (const char *s = name; *s; s++)
        if (!isalpha((unsigned char)*s))
            return err_set(e, ERR_INVALID, "annotations['%s%s']: no name of a property", prefix,
                           name);
    for (size_t i = 0; i < ARRAY_SIZE(ours); i++)
        if (!strcmp(name, ours[i]))
            return err_set(e, ERR_INVALID, "annotations['%s%s']: the runtime sets it itself",
                           prefix, name);
    return *name ? 0 : err_set(e, ERR_INVALID, "annotations['%s']: no name of a property", prefix);
}

int systemd_add_annotations(struct buf *request, const struct spec *s, struct err *e)
{
    for (size_t i = 0; i < s->annotation_count; i++) {
        const char *name = s->annotations[i].key, *value = s->annotations[i].value;
        size_t len;

        if (strncmp(name, prefix, sizeof prefix - 1) != 0)
            continue;
        name += sizeof prefix - 1;
        TRY(check_name(name, e));
        len = strlen(name);
        if (len > 3 && !strcmp(name + len - 3, "Sec") && (len < 4 || name[len - 4] != 'U'))
            TRY(add_seconds(request, name, len - 3, value, e));
        else
            TRY(add_value(request, name, value, e));
    }
    return 0;
}
