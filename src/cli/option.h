// SPDX-License-Identifier: Apache-2.0
/*
 * option.h - the command line as data: option tables, and the values they fill.
 *
 * Parsing and acting are apart: option_parse() turns words and a table into a program's own struct
 * of values. The forms are those of Go's flag package, because engines write their command lines
 * for it: -name, --name, --name=value, --name value, -x value, and switches as --name=true or
 * --name=false. What is said twice counts as said last, so that an engine's own arguments can be
 * overridden by appending to them.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum option_kind {
    OPTION_SWITCH,  /* bool */
    OPTION_TEXT,    /* const char *, never empty: an unset shell variable must not mean "default" */
    OPTION_NUMBER,  /* unsigned, 0 .. 1048576 (the kernel's own limit on descriptors) */
    OPTION_LIST,    /* struct option_list: every use adds an item */
    OPTION_CHOICE,  /* int: value + the position of the word among those of arg ("text|json") */
    OPTION_FIXED,   /* int: a switch that sets value, and 0 when it is taken back */
    OPTION_IGNORED, /* a switch of other programs that has nothing to do here */
};

/* A table ends with a row without a name. */
struct option {
    const char *letters; /* one-letter names, the first is shown; NULL: none */
    const char *name;    /* without dashes */
    const char *arg;     /* what the value is called; NULL: a switch */
    enum option_kind kind;
    size_t offset; /* of the field in the program's struct of values */
    int value;     /* see OPTION_CHOICE, OPTION_FIXED */
    const char *help;
};

/* items: NULL or NULL-terminated, freed by the owner of the values; the strings are the caller's
 * argv. */
struct option_list {
    const char **items;
    size_t n;
};

/* What remains of a command line when its options were taken out. */
struct option_words {
    char **args; /* NULL-terminated */
    int n_args;
    bool help;
};

enum { OPTIONS_ANYWHERE = 1 << 30 };

/* Read options from argv (NULL-terminated, without the program's name) into the struct at values.
 * argv is reordered: the words that are no options move to its front and become ret->args. Once
 * more than stop_after of these were seen the rest is left alone (0: options end at the first word;
 * OPTIONS_ANYWHERE: never); "--" ends options as well. At --help, -h or -? parsing ends at once
 * with ret->help set. outer: NULL, or the table of the options that stand in front of the verb,
 * for those who write one behind it. */
int option_parse(const struct option *options, const struct option *outer, int stop_after,
                 char **argv, void *values, struct option_words *ret, struct err *e);

/* The row of --help, which every table has without naming it. */
extern const struct option option_help;

/* Rows of tables. OPTION_VALUES is the program's struct of values, defined by it; the field's type
 * is checked against the kind by the compiler. */
#define OPTION_FIELD(field, type)                                                                  \
    (offsetof(OPTION_VALUES, field) +                                                              \
     0 * sizeof(char[__builtin_types_compatible_p(__typeof__(((OPTION_VALUES *)0)->field), type)   \
                         ? 1                                                                       \
                         : -1]))

#define SWITCH(letters, name, field, help)                                                         \
    {                                                                                              \
        letters, name, NULL, OPTION_SWITCH, OPTION_FIELD(field, bool), 0, help                     \
    }
#define TEXT(letters, name, arg, field, help)                                                      \
    {                                                                                              \
        letters, name, arg, OPTION_TEXT, OPTION_FIELD(field, const char *), 0, help                \
    }
#define NUMBER(letters, name, arg, field, help)                                                    \
    {                                                                                              \
        letters, name, arg, OPTION_NUMBER, OPTION_FIELD(field, unsigned), 0, help                  \
    }
#define LIST(letters, name, arg, field, help)                                                      \
    {                                                                                              \
        letters, name, arg, OPTION_LIST, OPTION_FIELD(field, struct option_list), 0, help          \
    }
#define CHOICE(letters, name, words, field, first, help)                                           \
    {                                                                                              \
        letters, name, words, OPTION_CHOICE, OPTION_FIELD(field, int), first, help                 \
    }
#define FIXED(letters, name, field, value, help)                                                   \
    {                                                                                              \
        letters, name, NULL, OPTION_FIXED, OPTION_FIELD(field, int), value, help                   \
    }
#define IGNORED(name, help)                                                                        \
    {                                                                                              \
        NULL, name, NULL, OPTION_IGNORED, 0, 0, help                                               \
    }
