// SPDX-License-Identifier: Apache-2.0
/* option.c - turns the words of a command line into values, by table. */
#include "cli/option.h"

#include "cli/suggest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_MAX = 1048576 };

const struct option option_help = {
    .letters = "h?",
    .name = "help",
    .kind = OPTION_SWITCH,
    .offset = offsetof(struct option_words, help),
    .help = "print this help and exit",
};

/* Where one command line goes. */
struct option_target {
    const struct option *options, *outer;
    void *values;
    struct option_words *words;
};

/* One word that begins with a dash, taken apart. */
struct option_word {
    const char *text;  /* all of it, for errors */
    const char *name;  /* behind the dashes, len bytes */
    size_t len;        /* up to '=' or the end */
    const char *value; /* behind '=', or NULL */
};

static bool is_option(const char *word)
{
    return word[0] == '-' && word[1] != '\0'; /* a lone "-" is an argument: standard input */
}

static struct option_word take_apart(const char *text)
{
    struct option_word w = { .text = text, .name = text + (text[1] == '-' ? 2 : 1) };

    w.len = strcspn(w.name, "=");
    if (w.name[w.len] == '=')
        w.value = w.name + w.len + 1;
    return w;
}

static bool is_named(const struct option *o, const struct option_word *w)
{
    if (w->len == 1 && o->letters)
        return strchr(o->letters, w->name[0]);
    return w->len > 1 && strlen(o->name) == w->len && memcmp(o->name, w->name, w->len) == 0;
}

static const struct option *find(const struct option *options, const struct option_word *w)
{
    for (; options->name; options++)
        if (is_named(options, w))
            return options;
    return is_named(&option_help, w) ? &option_help : NULL;
}

static int refuse_unknown(const struct option_target *t, const struct option_word *w, struct err *e)
{
    struct suggestion near = { .word = w->name, .len = w->len };
    int shown = (int)(w->name + w->len - w->text);

    if (t->outer && find(t->outer, w))
        return err_set(e, ERR_INVALID, "option '%.*s' belongs in front of the verb", shown,
                       w->text);
    for (const struct option *o = t->options; o->name; o++)
        suggest_weigh(&near, o->name);
    suggest_weigh(&near, option_help.name);
    if (near.best)
        return err_set(e, ERR_INVALID, "unknown option '%.*s' (did you mean '--%s'?)", shown,
                       w->text, near.best);
    return err_set(e, ERR_INVALID, "unknown option '%.*s'", shown, w->text);
}

static int refuse_value(const struct option *o, const char *value, const char *wanted,
                        struct err *e)
{
    return err_set(e, ERR_INVALID, "invalid value '%s' for '--%s' (%s)", value, o->name, wanted);
}

/* *ret: what a switch was set to; without a value that is true. */
static int parse_switch(const struct option *o, const char *value, bool *ret, struct err *e)
{
    if (!value || strcmp(value, "true") == 0)
        *ret = true;
    else if (strcmp(value, "false") == 0)
        *ret = false;
    else
        return refuse_value(o, value, "true|false", e);
    return 0;
}

static int parse_number(const struct option *o, const char *value, unsigned *ret, struct err *e)
{
    unsigned long n = 0;

    for (const char *p = value; *p; p++) {
        if (*p < '0' || *p > '9' || n > NUMBER_MAX)
            return refuse_value(o, value, "a number up to 1048576", e);
        n = n * 10 + (unsigned long)(*p - '0');
    }
    if (!*value || n > NUMBER_MAX)
        return refuse_value(o, value, "a number up to 1048576", e);
    *ret = (unsigned)n;
    return 0;
}

/* The position of value among the words of o->arg, which are separated by '|'. */
static int parse_choice(const struct option *o, const char *value, int *ret, struct err *e)
{
    size_t len = strlen(value);
    int position = 0;

    for (const char *word = o->arg; *word; position++) {
        size_t n = strcspn(word, "|");

        if (n == len && memcmp(word, value, n) == 0) {
            *ret = o->value + position;
            return 0;
        }
        word += n + (word[n] == '|');
    }
    return refuse_value(o, value, o->arg, e);
}

/* rest: how many words are left, which bounds how many items can still come. */
static int add_item(struct option_list *list, const char *value, size_t rest, struct err *e)
{
    if (!list->items)
        list->items = calloc(rest + 2, sizeof *list->items);
    if (!list->items)
        return err_os(e, ENOMEM, "read the command line");
    list->items[list->n++] = value;
    return 0;
}

/* A switch, or something that is treated like one. */
static int store_switch(const struct option *o, const char *value, void *field, struct err *e)
{
    bool on = false;

    TRY(parse_switch(o, value, &on, e));
    if (o->kind == OPTION_SWITCH)
        *(bool *)field = on;
    if (o->kind == OPTION_FIXED && on)
        *(int *)field = o->value;
    else if (o->kind == OPTION_FIXED && *(int *)field == o->value)
        *(int *)field = 0;
    return 0;
}

static int store_value(const struct option *o, const char *value, size_t rest, void *field,
                       struct err *e)
{
    switch (o->kind) {
    case OPTION_TEXT:
        if (!*value)
            return refuse_value(o, value, "it must not be empty", e);
        *(const char **)field = value;
        return 0;
    case OPTION_NUMBER:
        return parse_number(o, value, field, e);
    case OPTION_LIST:
        return add_item(field, value, rest, e);
    case OPTION_CHOICE:
        return parse_choice(o, value, field, e);
    case OPTION_SWITCH:
    case OPTION_FIXED:
    case OPTION_IGNORED:
        break;
    }
    return 0;
}

/* text: the word; **next: the first of the words behind it, moved on when it is the value. */
static int parse_word(const struct option_target *t, const char *text, char ***next, struct err *e)
{
    struct option_word w = take_apart(text);
    const struct option *o = find(t->options, &w);
    char *base = o == &option_help ? (char *)t->words : t->values;
    size_t rest = 0;

    if (!o)
        return refuse_unknown(t, &w, e);
    if (!o->arg)
        return store_switch(o, w.value, base + o->offset, e);
    if (!w.value && !**next) /* engines look for the first four words */
        return err_set(e, ERR_INVALID, "flag needs an argument: '--%s'", o->name);
    if (!w.value)
        w.value = *(*next)++;
    while ((*next)[rest])
        rest++;
    return store_value(o, w.value, rest, base + o->offset, e);
}

int option_parse(const struct option *options, const struct option *outer, int stop_after,
                 char **argv, void *values, struct option_words *ret, struct err *e)
{
    struct option_target t = { options, outer, values, ret };
    char **next = argv;

    *ret = (struct option_words){ .args = argv };
    while (*next) {
        char *word = *next++;

        if (strcmp(word, "--") == 0)
            break;
        if (is_option(word)) {
            TRY(parse_word(&t, word, &next, e));
            if (ret->help)
                return 0;
            continue;
        }
        argv[ret->n_args++] = word;
        if (ret->n_args > stop_after)
            break;
    }
    while (*next)
        argv[ret->n_args++] = *next++;
    argv[ret->n_args] = NULL;
    return 0;
}
