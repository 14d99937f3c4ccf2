// SPDX-License-Identifier: Apache-2.0
/* completion.h - what a shell needs to complete a program's command line, made from its tables. */
#pragma once

#include "base/buf.h"
#include "cli/option.h"

#include <stddef.h>

enum completion_shell { COMPLETION_BASH, COMPLETION_ZSH, COMPLETION_FISH };

struct completion_verb {
    const char *name, *summary;
    const struct option *options;
    /* What its arguments are: words of the program that print them, one on each line ("list -q"),
     * or several words to choose from, each after a '|' ("|bash|zsh"); NULL: files. */
    const char *arguments;
};

struct completion {
    const char *program;
    const struct option *globals;
    const struct completion_verb *verbs;
    size_t count;
};

void completion_write(struct buf *to, enum completion_shell shell, const struct completion *c);

/* The shell of that name; ERR_INVALID, naming those there are. */
int completion_find_shell(const char *name, enum completion_shell *ret, struct err *e);
