// SPDX-License-Identifier: Apache-2.0
/* options.c - turns the words of a command line into values, by table. */
#include "davit/options.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "davit/error.h"
#include "davit/suggest.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_MAX = 1048576 };

static_assert((int)DAVIT_CGROUP_FS == 0 && (int)DAVIT_CGROUP_SYSTEMD == 1 &&
                  (int)DAVIT_CGROUP_NONE == 2,
              "the words of --cgroup-manager stand in this order");

// clang-format off
const struct option options_global[] = {
    TEXT(NULL, "root", "DIR", global.root,
         "where states are kept (default: /run/NAME, or $XDG_RUNTIME_DIR/NAME without privileges)"),
    TEXT(NULL, "log", "FILE", global.log, "append errors to this file, too"),
    CHOICE(NULL, "log-format", "text|json", global.log_format, LOG_TEXT, "how FILE is written (default: text)"),
    CHOICE(NULL, "log-level", "error|warning|debug", global.log_level, LEVEL_ERROR,
           "what is reported (default: warning, in FILE error)"),
    FIXED(NULL, "debug", global.log_level, LEVEL_DEBUG, "the same as --log-level debug"),
    FIXED(NULL, "systemd-cgroup", global.cgroup_manager, DAVIT_CGROUP_SYSTEMD,
          "the same as --cgroup-manager systemd"),
    CHOICE(NULL, "cgroup-manager", "cgroupfs|systemd|disabled", global.cgroup_manager, DAVIT_CGROUP_FS,
           "who makes the cgroups (default: cgroupfs)"),
    CHOICE(NULL, "rootless", "auto|true|false", global.rootless, ROOTLESS_AUTO,
           "accepted and checked; privileges are always found out (default: auto)"),
    SWITCH(NULL, "strict", global.strict,
           "follow the specification where engines expect something else"),
    SWITCH("vV", "version", global.version, "print the version and exit"),
    { 0 },
};

const struct option options_help = { "h?", "help", NULL, OPTION_SWITCH, OPTION_FIELD(help, bool), 0,
                                     "print this help and exit" };
// clang-format on

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
    return is_named(&options_help, w) ? &options_help : NULL;
}

static int refuse_unknown(const struct option *options, const struct option_word *w,
                          struct davit_error *e)
{
    struct suggestion near = { .word = w->name, .len = w->len };
    int shown = (int)(w->name + w->len - w->text);

    if (options != options_global && find(options_global, w))
        return error_set(e, DAVIT_ERROR_INVALID, "option '%.*s' belongs in front of the verb",
                         shown, w->text);
    for (; options->name; options++)
        suggest_weigh(&near, options->name);
    suggest_weigh(&near, options_help.name);
    if (near.best)
        return error_set(e, DAVIT_ERROR_INVALID, "unknown option '%.*s' (did you mean '--%s'?)",
                         shown, w->text, near.best);
    return error_set(e, DAVIT_ERROR_INVALID, "unknown option '%.*s'", shown, w->text);
}

static int refuse_value(const struct option *o, const char *value, const char *wanted,
                        struct davit_error *e)
{
    return error_set(e, DAVIT_ERROR_INVALID, "invalid value '%s' for '--%s' (%s)", value, o->name,
                     wanted);
}

/* *ret: what a switch was set to; without a value that is true. */
static int parse_switch(const struct option *o, const char *value, bool *ret, struct davit_error *e)
{
    if (!value || strcmp(value, "true") == 0)
        *ret = true;
    else if (strcmp(value, "false") == 0)
        *ret = false;
    else
        return refuse_value(o, value, "true|false", e);
    return 0;
}

static int parse_number(const struct option *o, const char *value, unsigned *ret,
                        struct davit_error *e)
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
static int parse_choice(const struct option *o, const char *value, int *ret, struct davit_error *e)
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
static int add_item(struct option_list *list, const char *value, size_t rest, struct davit_error *e)
{
    if (!list->items)
        list->items = calloc(rest + 2, sizeof *list->items);
    if (!list->items)
        return error_os(e, ENOMEM, "read the command line");
    list->items[list->n++] = value;
    return 0;
}

/* A switch, or something that is treated like one. */
static int store_switch(const struct option *o, const char *value, struct option_values *v,
                        struct davit_error *e)
{
    void *field = (char *)v + o->offset;
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

static int store_value(const struct option *o, const char *value, size_t rest,
                       struct option_values *v, struct davit_error *e)
{
    void *field = (char *)v + o->offset;

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
static int parse_word(const struct option *options, const char *text, char ***next,
                      struct option_values *v, struct davit_error *e)
{
    struct option_word w = take_apart(text);
    const struct option *o = find(options, &w);
    size_t rest = 0;

    if (!o)
        return refuse_unknown(options, &w, e);
    if (!o->arg)
        return store_switch(o, w.value, v, e);
    if (!w.value && !**next) /* engines look for the first four words */
        return error_set(e, DAVIT_ERROR_INVALID, "flag needs an argument: '--%s'", o->name);
    if (!w.value)
        w.value = *(*next)++;
    while ((*next)[rest])
        rest++;
    return store_value(o, w.value, rest, v, e);
}

int options_parse(const struct option *options, int stop_after, char **argv,
                  struct option_values *v, struct davit_error *e)
{
    char **next = argv;

    v->args = argv;
    v->n_args = 0;
    while (*next) {
        char *word = *next++;

        if (strcmp(word, "--") == 0)
            break;
        if (is_option(word)) {
            TRY(parse_word(options, word, &next, v, e));
            if (v->help)
                return 0;
            continue;
        }
        argv[v->n_args++] = word;
        if (v->n_args > stop_after)
            break;
    }
    while (*next)
        argv[v->n_args++] = *next++;
    argv[v->n_args] = NULL;
    return 0;
}

void option_values_done(struct option_values *v)
{
    free(v->env.items);
    free(v->caps.items);
    free(v->gids.items);
    free(v->cgroups.items);
    *v = (struct option_values){ 0 };
}
