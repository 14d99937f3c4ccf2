// SPDX-License-Identifier: Apache-2.0
/*
 * toml.h - enough of TOML to read what people write into registries.conf.
 *
 * Tables, arrays of tables, and keys with strings, booleans, numbers and arrays of these. Values
 * of other kinds (inline tables, dates, multi-line strings) and dotted keys are an error that names
 * the line: guessing at security settings would be worse.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>

enum toml_kind { TOML_STRING, TOML_BOOL, TOML_NUMBER, TOML_ARRAY };

struct toml_value {
    enum toml_kind kind;
    const char *text; /* of a string, or of a number as written; only during the call */
    bool truth;
};

struct toml_handler {
    /* "[name]", or "[[name]]" with is_item. */
    int (*table)(void *user, const char *name, bool is_item, struct err *e);
    /* An array comes as one TOML_ARRAY without its items. */
    int (*value)(void *user, const char *key, const struct toml_value *value, struct err *e);
    void *user;
};

/* text is NUL-terminated. Errors begin with "line N: ". */
int toml_parse(const char *text, const struct toml_handler *handler, struct err *e);
