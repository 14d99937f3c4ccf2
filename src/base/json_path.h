// SPDX-License-Identifier: Apache-2.0
/*
 * json_path.h - the way to a JSON value as text: linux.namespaces[3].type.
 *
 * A name that is not a plain word is quoted (annotations['a.b']) and a long one is cut, so that a
 * path always leaves room for the rest of an error and never breaks the line or the terminal.
 */
#pragma once

#include <stddef.h>

struct json_path {
    char text[200];
    size_t len;
};

void json_path_key(struct json_path *p, const char *key, size_t len);
void json_path_index(struct json_path *p, size_t index);
